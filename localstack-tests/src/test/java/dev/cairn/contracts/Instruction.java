package dev.cairn.contracts;

import java.nio.charset.StandardCharsets;

/**
 * What a record tells the function under test to do with it. Plain data, so that a function in a
 * process of its own can follow it.
 *
 * @param times for how many deliveries of the record; it is done in each one after them
 */
record Instruction(Verb verb, int times) {
  enum Verb {
    /** Done. */
    DO,
    /** Reported as a batch item failure, with the ones before it done. */
    REFUSE,
    /** The whole invocation fails. */
    THROW,
    /** The invocation is not answered in time. */
    STALL
  }

  static final Instruction DO = new Instruction(Verb.DO, 0);

  byte[] toData() {
    return (verb + " " + times).getBytes(StandardCharsets.UTF_8);
  }

  static Instruction ofData(byte[] data) {
    String[] words = new String(data, StandardCharsets.UTF_8).split(" ", -1);
    return new Instruction(Verb.valueOf(words[0]), Integer.parseInt(words[1]));
  }

  Verb verbAt(int delivery) {
    return delivery <= times ? verb : Verb.DO;
  }
}
