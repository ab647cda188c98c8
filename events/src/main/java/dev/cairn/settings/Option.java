package dev.cairn.settings;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An option: its names, its values, the places where it can be set, and its default. {@link
 * Options} lists all options.
 */
public final class Option<T> {
  private final String name;
  private final List<String> oldNames;
  private final OptionType<T> form;
  private final T defaultValue;
  private final String flinkDefault;
  private final String meaning;
  private final Set<SettingSource> places;

  Option(
      String name,
      List<String> oldNames,
      OptionType<T> form,
      T defaultValue,
      String flinkDefault,
      String meaning,
      Set<SettingSource> places) {
    this.name = name;
    this.oldNames = List.copyOf(oldNames);
    this.form = form;
    this.defaultValue = defaultValue;
    this.flinkDefault = flinkDefault;
    this.meaning = meaning;
    this.places = Collections.unmodifiableSet(EnumSet.copyOf(places));
  }

  /** Returns Flink's current name; Cairn's own options begin with {@code cairn.}. */
  public String name() {
    return name;
  }

  /** Returns Flink's former names, which are accepted as well. */
  public List<String> oldNames() {
    return oldNames;
  }

  public T defaultValue() {
    return defaultValue;
  }

  /** Returns the default in its written form; empty if there is none. */
  public String defaultText() {
    return print(defaultValue);
  }

  /**
   * Returns Flink's default in its written form, or {@code none} for options that Flink does not
   * have.
   */
  public String flinkDefault() {
    return flinkDefault;
  }

  public String meaning() {
    return meaning;
  }

  public Set<SettingSource> places() {
    return places;
  }

  /**
   * Returns the environment variable for this option, such as {@code
   * EXECUTION_CHECKPOINTING_INTERVAL}.
   */
  public String variable() {
    return variable(name);
  }

  static String variable(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException with the mistake in the text; the caller adds the option's
   *     name
   */
  public T parse(String text) {
    return form.parse(text);
  }

  /** Writes a value as {@link #parse} reads it. */
  public String print(T value) {
    return form.print(value);
  }

  /**
   * Requires a valid value of this option.
   *
   * @throws IllegalArgumentException if it is not, with the option's name
   */
  T require(T value) {
    form.mistake()
        .apply(value)
        .ifPresent(
            wrong -> {
              throw new IllegalArgumentException(name + " " + wrong);
            });
    return value;
  }

  @Override
  public String toString() {
    return name;
  }
}
