package dev.cairn.settings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Settings, each with the place where it was set. Other options have their defaults. Two instances
 * are equal if they have the same settings from the same places.
 */
public final class Configuration {
  /** A configuration with all defaults. */
  public static final Configuration DEFAULTS = new Configuration(Map.of());

  // A name with more than one typing error per this many letters is not considered a mistyped
  // option.
  private static final int LETTERS_PER_TYPO = 5;

  private final Map<Option<?>, Setting<?>> settings;

  private Configuration(Map<Option<?>, Setting<?>> settings) {
    this.settings = Collections.unmodifiableMap(settings);
  }

  /**
   * An option, its value, and where it was set.
   *
   * @param place empty for a default
   */
  public record Setting<T>(Option<T> option, T value, Optional<SettingSource> place) {
    /** Returns the value in its written form. */
    public String text() {
      return option.print(value);
    }
  }

  /**
   * Reads values by name. Old names are accepted, as are Flink's options without effect here, if
   * their value agrees with Cairn's behaviour.
   *
   * @throws IllegalArgumentException with all invalid settings, by name
   */
  public static Configuration of(Map<String, String> texts, SettingSource place) {
    Map<Option<?>, String> written = new HashMap<>();
    List<String> mistakes = new ArrayList<>();
    Configuration configuration = DEFAULTS;
    for (Map.Entry<String, String> text : texts.entrySet()) {
      String name = text.getKey();
      Configuration more;
      try {
        more = configuration.set(name, text.getValue(), place);
      } catch (IllegalArgumentException e) {
        mistakes.add(String.valueOf(e.getMessage()));
        continue;
      }
      Optional<Option<?>> option = Options.named(name);
      if (option.isPresent()) {
        String before = written.put(option.get(), name);
        if (before != null && !more.equals(configuration)) {
          mistakes.add(
              before
                  + " and "
                  + name
                  + " are two names of one setting and have two values here: keep "
                  + option.get().name());
        }
      }
      configuration = more;
    }
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(String.join("; and ", mistakes));
    }
    return configuration;
  }

  /**
   * Sets an option by any of its names.
   *
   * @throws IllegalArgumentException if there is no such option, it cannot be set in this place, or
   *     the value is invalid
   */
  public Configuration set(String name, String text, SettingSource place) {
    Optional<Option<?>> option = Options.named(name);
    if (option.isPresent()) {
      return set(name, option.get(), text, place);
    }
    Optional<ForeignOption> foreign = ForeignOption.named(name);
    if (foreign.isPresent()) {
      foreign.get().require(name, text);
      return this;
    }
    throw new IllegalArgumentException(name + " is not known" + hint(name));
  }

  private <T> Configuration set(String name, Option<T> option, String text, SettingSource place) {
    requirePlace(option, place);
    T value;
    try {
      value = option.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          name + " cannot be \"" + text + "\": " + e.getMessage(), e);
    }
    return with(new Setting<>(option, value, Optional.of(place)));
  }

  /**
   * Sets an option.
   *
   * @throws IllegalArgumentException if it cannot be set in this place, or to this value
   */
  public <T> Configuration with(Option<T> option, T value, SettingSource place) {
    requirePlace(option, place);
    return with(new Setting<>(option, option.require(value), Optional.of(place)));
  }

  private Configuration with(Setting<?> setting) {
    Map<Option<?>, Setting<?>> more = new HashMap<>(settings);
    more.put(setting.option(), setting);
    return new Configuration(more);
  }

  private static void requirePlace(Option<?> option, SettingSource place) {
    if (!option.places().contains(place)) {
      throw new IllegalArgumentException(
          option.name()
              + " cannot be set in "
              + place
              + ": set it in "
              + String.join(
                  " or ", option.places().stream().map(SettingSource::toString).toList()));
    }
  }

  /**
   * Returns the combination of two configurations. If both set an option, the later place takes
   * precedence; for the same place, the other configuration does.
   */
  public Configuration and(Configuration other) {
    Configuration both = this;
    for (Setting<?> setting : other.settings.values()) {
      Optional<SettingSource> before = place(setting.option());
      if (before.isEmpty() || setting.place().orElseThrow().compareTo(before.get()) >= 0) {
        both = both.with(setting);
      }
    }
    return both;
  }

  public <T> T get(Option<T> option) {
    return setting(option).value();
  }

  /** Returns where an option was set; empty if it was not. */
  public Optional<SettingSource> place(Option<?> option) {
    return setting(option).place();
  }

  /** Returns an option's value, with the place where it was set. */
  @SuppressWarnings("unchecked") // each option is the key of a setting of its own
  public <T> Setting<T> setting(Option<T> option) {
    Setting<?> setting = settings.get(option);
    return setting == null
        ? new Setting<>(option, option.defaultValue(), Optional.empty())
        : (Setting<T>) setting;
  }

  /** Returns the value of every option, in the catalogue's order. */
  public List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>();
    for (Option<?> option : Options.all()) {
      all.add(setting(option));
    }
    return all;
  }

  /** Returns the settings that were made, in the catalogue's order. */
  public List<Setting<?>> set() {
    return all().stream().filter(setting -> setting.place().isPresent()).toList();
  }

  /** Returns the settings whose values differ in the other configuration. */
  public List<Setting<?>> differingFrom(Configuration there) {
    return all().stream()
        .filter(setting -> !setting.value().equals(there.get(setting.option())))
        .toList();
  }

  private static String hint(String name) {
    return nearest(name)
        .map(known -> "; the nearest name that is: " + known)
        .orElse(" and is similar to none: docs/settings.md lists all settings");
  }

  /**
   * Returns the known name that a mistyped name is probably meant for; empty if none is similar.
   */
  static Optional<String> nearest(String name) {
    String typed = name.toLowerCase(Locale.ROOT);
    Optional<String> nearest = Optional.empty();
    int shortest = Integer.MAX_VALUE;
    for (String known : names()) {
      int distance = distance(typed, known);
      boolean isNear = distance * LETTERS_PER_TYPO <= Math.min(typed.length(), known.length());
      if (isNear && distance < shortest) {
        shortest = distance;
        nearest = Optional.of(known);
      }
    }
    return nearest;
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>();
    for (Option<?> option : Options.all()) {
      names.add(option.name());
      names.addAll(option.oldNames());
    }
    ForeignOption.all().stream()
        .flatMap(option -> option.names().stream())
        .filter(name -> !name.endsWith("*"))
        .forEach(names::add);
    return names;
  }

  /** Returns the number of letters to add, remove or change. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Configuration that && settings.equals(that.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  @Override
  public String toString() {
    return String.join(
        ", ", set().stream().map(setting -> setting.option() + ": " + setting.text()).toList());
  }
}
