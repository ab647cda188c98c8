package dev.cairn.contracts;

import dev.cairn.history.History;
import dev.cairn.inmemory.dynamodb.InMemoryHistory;

class HistoryInMemoryTest extends HistoryContract {
  private final InMemoryHistory history = new InMemoryHistory();

  @Override
  History history() {
    return history;
  }
}
