package dev.cairn.cli.input;

/** One record of the input: its partition key and its bytes. */
public record InputRow(String key, byte[] data) {}
