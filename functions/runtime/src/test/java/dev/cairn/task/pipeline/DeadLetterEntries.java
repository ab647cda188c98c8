package dev.cairn.task.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Advanced;
import java.util.Collections;
import java.util.List;

/** Records that all become dead letters, and what the journal may say of them in one entry. */
public final class DeadLetterEntries {
  public static final int COUNT = 1_000;

  // An item has 400 KB at most, and a character takes up to three bytes.
  private static final int MOST_CHARACTERS = 130_000;
  private static final int OF_EACH = 100;

  private DeadLetterEntries() {}

  /** More of them than one entry can name. */
  public static String[] poison() {
    return Collections.nCopies(COUNT, "poison").toArray(String[]::new);
  }

  /** Requires that all of them are named, in entries that an item can hold. */
  public static void requireSmall(List<Entry> journal) {
    List<Advanced> naming =
        journal.stream()
            .filter(Advanced.class::isInstance)
            .map(Advanced.class::cast)
            .filter(advanced -> !advanced.deadLetters().isEmpty())
            .toList();
    assertThat(naming).extracting(DeadLetterEntries::characters).allMatch(n -> n < MOST_CHARACTERS);
    assertThat(naming.stream().mapToInt(advanced -> advanced.deadLetters().size()).sum())
        .isGreaterThanOrEqualTo(COUNT);
  }

  private static int characters(Advanced advanced) {
    return advanced.deadLetters().stream()
        .mapToInt(letter -> letter.cause().length() + OF_EACH)
        .sum();
  }
}
