package dev.cairn.journal;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.Position;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.Base;
import dev.cairn.journal.Entry.Failed;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Resumed;
import dev.cairn.journal.Entry.Snapshotted;
import dev.cairn.journal.Entry.Suspected;
import dev.cairn.journal.Entry.Suspended;
import dev.cairn.journal.Entry.Triggered;
import dev.cairn.state.Channels;
import dev.cairn.state.StateHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Knows which parts of an entry an earlier format does not have, and which parts this release
 * stores without acting on them.
 */
public final class FormatContents {
  private FormatContents() {}

  /**
   * Refuses an entry with a part that its own format does not have: the release that introduced
   * this format would not know the part.
   *
   * @throws IllegalArgumentException if there is such a part; the message names it, and its writer
   *     has a bug
   */
  static void requireAllowed(Entry entry) {
    List<String> later =
        entry.header().format().includes(FormatVersion.TWO) ? List.of() : sinceFormatTwo(entry);
    if (!later.isEmpty()) {
      throw new IllegalArgumentException(
          "entry "
              + entry.header().id()
              + " is written in format "
              + entry.header().format()
              + ", which has no "
              + String.join(", ", later));
    }
  }

  /** Returns the parts of this entry that were introduced with format 2. */
  static List<String> sinceFormatTwo(Entry entry) {
    Header header = entry.header();
    List<String> parts = new ArrayList<>();
    add(parts, "recordTime", header.time().recordTime().isPresent());
    // Format 1 has these parts in Advanced, where no release has used them.
    add(parts, "watermark", !isAdvanced(entry) && header.time().watermark().isPresent());
    add(parts, "nextTimer", !isAdvanced(entry) && header.time().nextTimer().isPresent());
    add(parts, "firstAppliedSub", header.firstAppliedSub().isPresent());
    add(parts, "outputs", header.outputs() > 0);
    add(parts, "muteUntil", header.muteUntil().isPresent());
    add(parts, "sub-sequence number", positions(entry).anyMatch(Position.Within.class::isInstance));
    switch (entry) {
      case Advanced advanced -> {
        add(parts, "mapping", advanced.mapping().isPresent());
        add(
            parts,
            "dead letter within a record",
            advanced.deadLetters().stream().anyMatch(letter -> letter.record().part().isPresent()));
      }
      case Triggered triggered ->
          add(parts, "latestCompleted", triggered.latestCompleted().isPresent());
      case Entry.Opened opened -> {
        add(parts, "state", !opened.handle().equals(StateHandle.EMPTY));
        add(parts, "channels", !opened.channels().equals(Channels.EMPTY));
        addOfBase(parts, opened);
      }
      case Snapshotted snapshotted -> {
        add(parts, "latestCompleted", snapshotted.latestCompleted().isPresent());
        addOfBase(parts, snapshotted);
      }
      case Base base -> addOfBase(parts, base);
      case Suspended s -> {}
      case Resumed r -> {}
      case Failed f -> {}
      case Suspected s -> {}
    }
    return parts;
  }

  private static void addOfBase(List<String> parts, Base base) {
    add(parts, "parents", !base.origin().parents().isEmpty());
    add(parts, "unsentOrigin", base.channels().unsentOrigin().isPresent());
    add(parts, "owed", !base.channels().owed().isEmpty());
    add(parts, "pendingFiles", !base.channels().pendingFiles().isEmpty());
  }

  /**
   * Returns the parts of this entry that stand for functions which this release does not have. A
   * task that ignored such a part would lose it. A watermark is not included, because nothing is
   * lost with it.
   */
  public static List<String> unsupported(Entry entry) {
    Header header = entry.header();
    List<String> parts = new ArrayList<>();
    add(parts, "timers", header.time().nextTimer().isPresent());
    add(parts, "outputs", header.outputs() > 0 || header.muteUntil().isPresent());
    // This release applies each aggregate from its first user record on.
    add(parts, "aggregates without their first user records", header.firstAppliedSub().isPresent());
    if (entry instanceof Advanced advanced) {
      add(
          parts,
          "outputs or several stages",
          !advanced.outbox().isEmpty()
              || !advanced.marks().isEmpty()
              || !advanced.heldAdded().isEmpty()
              || !advanced.heldRemoved().isEmpty());
    }
    if (entry instanceof Base base) {
      add(parts, "outputs or several stages", !base.channels().equals(Channels.EMPTY));
    }
    return parts;
  }

  private static Stream<Position> positions(Entry entry) {
    Header header = entry.header();
    Optional<Position> from =
        entry instanceof Advanced advanced ? Optional.of(advanced.from()) : Optional.empty();
    return Stream.concat(
        Stream.of(header.position(), header.frontier()),
        Stream.concat(header.muteUntil().stream(), from.stream()));
  }

  private static boolean isAdvanced(Entry entry) {
    return entry instanceof Advanced;
  }

  private static void add(List<String> parts, String name, boolean isThere) {
    if (isThere) {
      parts.add(name);
    }
  }
}
