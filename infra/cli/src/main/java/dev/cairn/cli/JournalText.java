package dev.cairn.cli;

import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.ShardFailure;
import dev.cairn.state.Payload;
import java.time.Instant;
import java.util.Locale;

/** Entries of a journal as text. */
final class JournalText {
  private JournalText() {}

  static String writer(Entry.Writer writer) {
    return writer.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns an entry as one line.
   *
   * @param before the header of the entry before it
   */
  static String line(Entry.Header before, Entry entry) {
    return Elision.positions(text(before, entry));
  }

  private static String text(Entry.Header before, Entry entry) {
    return switch (entry) {
      case Entry.Opened opened -> "at " + opened.header().position();
      case Entry.Advanced advanced -> advanced(before, advanced);
      case Entry.Triggered triggered ->
          (triggered.savepoint().isPresent() ? "savepoint " : "checkpoint ")
              + triggered.checkpoint()
              + " is asked for";
      case Entry.Snapshotted snapshotted ->
          "checkpoint "
              + snapshotted.checkpoint()
              + " is answered: "
              + snapshotted.handle().manifest().runs().size()
              + " runs";
      case Entry.Materialized materialized ->
          "a base of its own: " + materialized.handle().manifest().runs().size() + " runs";
      case Entry.Restored restored ->
          restored.checkpoint().map(id -> "to checkpoint " + id).orElse("to nothing")
              + ", epoch "
              + restored.header().epoch()
              + ", at "
              + restored.header().position()
              + (restored.header().hasGap()
                  ? "; records to apply again up to " + restored.header().frontier()
                  : "; no records to apply again");
      case Entry.Suspended s -> "the job halts, epoch " + s.header().epoch();
      case Entry.Resumed r -> "the job continues, epoch " + r.header().epoch();
      case Entry.Failed f ->
          f.header().failing().map(JournalText::failing).orElse("the next record failed");
      case Entry.Suspected s -> s.header().isolation().map(JournalText::isolation).orElse("");
      case Entry.Closed closed -> "the shard is drained";
    };
  }

  private static String isolation(Isolation isolation) {
    return switch (isolation) {
      case Isolation.Suspicion s ->
          "records wait and no invocation returns: the next invocation looks for the record"
              + " that ends the process";
      case Isolation.Steps(int records) -> "continues in steps of " + Sizes.count(records);
      case Isolation.Begun(int records, Instant until) ->
          records == 1
              ? "begins the next record alone, until " + until
              : "begins the next " + Sizes.count(records) + " records, until " + until;
    };
  }

  private static String failing(ShardFailure failing) {
    return failing.reason()
        + ": "
        + failing.message()
        + "; attempt "
        + failing.failures().attempts()
        + (failing.hasGivenUp()
            ? ", the last one"
            : ", the next one at " + failing.failures().notBefore());
  }

  private static String advanced(Entry.Header before, Entry.Advanced advanced) {
    Entry.Header header = advanced.header();
    long applied = header.counts().applied() - before.counts().applied();
    long dead = header.counts().deadLettered() - before.counts().deadLettered();
    return Sizes.count(applied)
        + " records"
        + (dead == 0 ? "" : " and " + Sizes.count(dead) + " dead letters")
        + ", "
        + Sizes.bytes(bytes(advanced.delta()))
        + ", from "
        + advanced.from()
        + " to "
        + header.position()
        + (header.hasGap() ? ", replaying" : before.hasGap() ? ", the gap is closed" : "");
  }

  static long bytes(Payload delta) {
    return switch (delta) {
      case Payload.Inline inline -> inline.bytes().length;
      case Payload.Stored stored -> stored.file().sizeBytes();
    };
  }
}
