package dev.cairn.state;

/**
 * What a stored state is: its name, its kind ({@code value}, {@code map}, {@code list}) and the ids
 * of its serializers, such as {@code string,long}. A function that declares the same name otherwise
 * is refused before it reads a value.
 */
public record StateSchema(String name, String kind, String serializers) {
  public StateSchema {
    if (name.isEmpty() || name.length() > 200) {
      throw new IllegalArgumentException(
          "a state's name has 1 to 200 characters, not " + name.length());
    }
  }
}
