package dev.cairn.simulation;

import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.inmemory.lambda.LocalMapping;

/** The mapping's switch behind a simulated network. */
record WiredMapping(Wire wire, LocalMapping there) implements SourceMapping {
  @Override
  public void enable() {
    wire.lambda("enable", there::enable);
  }

  @Override
  public void disable() {
    wire.lambda("disable", there::disable);
  }
}
