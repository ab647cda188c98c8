package dev.cairn.settings;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Something that can be set: under which names, to what, where, and what holds if nobody does.
 * {@link Options} has all of them.
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

  /** As Flink names it today; our own begin with {@code cairn.}. */
  public String name() {
    return name;
  }

  /** What Flink called it before; each is taken for the name. */
  public List<String> oldNames() {
    return oldNames;
  }

  public T defaultValue() {
    return defaultValue;
  }

  /** The default as one would write it; empty if nothing is set by default. */
  public String defaultText() {
    return print(defaultValue);
  }

  /** Flink's default as Flink writes it, or {@code none} for what Flink does not have. */
  public String flinkDefault() {
    return flinkDefault;
  }

  public String meaning() {
    return meaning;
  }

  public Set<SettingSource> places() {
    return places;
  }

  /** The environment variable that sets it, such as {@code EXECUTION_CHECKPOINTING_INTERVAL}. */
  public String variable() {
    return variable(name);
  }

  static String variable(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException that says what is wrong with the text; whoever knows where it
   *     was typed adds the name
   */
  public T parse(String text) {
    return form.parse(text);
  }

  /** Writes a value as {@link #parse} reads it. */
  public String print(T value) {
    return form.print(value);
  }

  /**
   * A value that is one of the option's.
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
