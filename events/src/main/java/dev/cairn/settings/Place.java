package dev.cairn.settings;

/** Where a setting was made. Of two places the later one here wins. */
public enum Place {
  CONSTRUCT("the construct"),
  ENVIRONMENT("the function's environment"),
  CODE("the function's code"),
  ITEM("the job's item");

  private final String text;

  Place(String text) {
    this.text = text;
  }

  /** As messages name it. */
  @Override
  public String toString() {
    return text;
  }
}
