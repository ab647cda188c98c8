package dev.cairn.contracts;

import dev.cairn.history.History;
import dev.cairn.local.memory.InMemoryHistory;

class HistoryInMemoryTest extends HistoryContract {
  private final InMemoryHistory history = new InMemoryHistory();

  @Override
  History history() {
    return history;
  }
}
