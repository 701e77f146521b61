"""The wire: the only place that knows gRPC and generated messages. Checks what strangers send, and answers them."""
