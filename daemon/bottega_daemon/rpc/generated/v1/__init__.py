"""The contract in official protobuf and grpcio. Made by `make protos`."""
