package dev.cairn.local.demo;

/** One record of the input: its partition key and its bytes. */
public record InputRow(String key, byte[] data) {}
