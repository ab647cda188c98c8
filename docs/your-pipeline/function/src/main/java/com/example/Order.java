package com.example;

/** A record of the stream: {@code {"customer": "ada", "cents": 1250}}. */
public record Order(String customer, long cents) {}
