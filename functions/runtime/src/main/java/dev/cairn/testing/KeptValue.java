package dev.cairn.testing;

import dev.cairn.function.ValueState;
import java.util.Optional;
import java.util.function.Supplier;

record KeptValue<T>(Supplier<KeyContents> contents, String name, Keeping<T> keeping)
    implements ValueState<T> {
  @Override
  public Optional<T> value() {
    return Optional.ofNullable(contents.get().values().get(name)).map(keeping::give);
  }

  @Override
  public void update(T value) {
    contents.get().values().put(name, keeping.keep(value));
  }

  @Override
  public void clear() {
    contents.get().values().remove(name);
  }
}
