"""The mathematics of making a picture: samplers, schedules, noise, text encoding, the denoiser and its hints."""
