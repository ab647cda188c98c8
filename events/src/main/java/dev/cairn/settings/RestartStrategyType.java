package dev.cairn.settings;

/** Flink's kinds of restart strategies. */
public enum RestartStrategyType {
  NONE("none"),
  FIXED_DELAY("fixed-delay"),
  FAILURE_RATE("failure-rate"),
  EXPONENTIAL_DELAY("exponential-delay");

  private final String text;

  RestartStrategyType(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
