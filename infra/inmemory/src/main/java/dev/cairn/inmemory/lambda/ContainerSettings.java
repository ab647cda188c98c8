package dev.cairn.inmemory.lambda;

import java.time.Duration;

/**
 * The settings with which Lambda runs a function.
 *
 * @param function the function's name, a prefix of the names of its containers' tasks
 * @param timeout the time after which an invocation and its container are abandoned
 * @param maxWarm how many idle containers are kept
 * @param coldStarts how often a new container is started although a warm one is idle, from 0 to 1
 */
public record ContainerSettings(String function, Duration timeout, int maxWarm, double coldStarts) {
  public ContainerSettings {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException(
          "the timeout of " + function + " is " + timeout + ", and must be positive");
    }
    if (maxWarm < 0) {
      throw new IllegalArgumentException(
          "maxWarm of " + function + " is " + maxWarm + ", and must not be negative");
    }
    if (!(coldStarts >= 0 && coldStarts <= 1)) {
      throw new IllegalArgumentException(
          "coldStarts of " + function + " is " + coldStarts + ", and must be from 0 to 1");
    }
  }
}
