package dev.cairn.settings;

/** The place where a setting was made. A later constant takes precedence over an earlier one. */
public enum SettingSource {
  CONSTRUCT("the construct"),
  ENVIRONMENT("the function's environment"),
  CODE("the function's code"),
  ITEM("the job's item");

  private final String text;

  SettingSource(String text) {
    this.text = text;
  }

  /** Returns the place's name for messages. */
  @Override
  public String toString() {
    return text;
  }
}
