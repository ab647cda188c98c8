package dev.cairn.testing;

import dev.cairn.function.ListState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A list is replaced whenever it changes, so that a copy of the key's contents may share it. */
record KeptList<T>(Supplier<KeyContents> contents, String name, Keeping<T> keeping)
    implements ListState<T> {
  @Override
  public List<T> get() {
    return kept().stream().map(keeping::give).toList();
  }

  @Override
  public void add(T element) {
    List<Object> longer = new ArrayList<>(kept());
    longer.add(keeping.keep(element));
    contents.get().lists().put(name, List.copyOf(longer));
  }

  @Override
  public void update(List<T> elements) {
    contents.get().lists().put(name, elements.stream().map(keeping::keep).toList());
  }

  @Override
  public void clear() {
    contents.get().lists().remove(name);
  }

  private List<Object> kept() {
    return contents.get().lists().getOrDefault(name, List.of());
  }
}
