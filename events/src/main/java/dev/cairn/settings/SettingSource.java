package dev.cairn.settings;

/** Where a setting was made. Of two places the later one here wins. */
public enum SettingSource {
  CONSTRUCT("the construct"),
  ENVIRONMENT("the function's environment"),
  CODE("the function's code"),
  ITEM("the job's item");

  private final String text;

  SettingSource(String text) {
    this.text = text;
  }

  /** As messages name it. */
  @Override
  public String toString() {
    return text;
  }
}
