package dev.cairn.simulation;

import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryMark;
import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A history behind a simulated network. */
record WiredHistory(Wire wire, History there) implements History {
  @Override
  public Optional<HistoryMark> mark(JobId job) {
    return wire.table("mark", () -> there.mark(job));
  }

  @Override
  public boolean record(JobId job, HistoryMark mark, List<HistoryLine> lines) {
    return wire.tableWrite("record", () -> there.record(job, mark, lines));
  }

  @Override
  public List<HistoryLine> lines(
      JobId job, Instant since, Optional<HistoryLine> before, int limit) {
    return wire.table("lines", () -> there.lines(job, since, before, limit));
  }
}
