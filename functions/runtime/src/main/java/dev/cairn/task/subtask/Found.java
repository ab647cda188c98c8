package dev.cairn.task.subtask;

import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry;
import java.util.List;
import java.util.Optional;

/** A subtask as its journal has it. */
public sealed interface Found<E> {

  /** The shard's records are applied, and the state is in memory. */
  record Live<E>(Subtask<E> subtask) implements Found<E> {}

  /**
   * Every record of its closed shard is applied. The state is not loaded: hardly anyone needs it.
   *
   * @param entries the journal from its last base on
   */
  record Closed<E>(List<Entry> entries) implements Found<E> {
    public Closed {
      entries = List.copyOf(entries);
    }

    /** The checkpoint that was triggered last, if one was since the shard was closed. */
    public Optional<Entry.Triggered> trigger() {
      return entries.reversed().stream()
          .filter(Entry.Triggered.class::isInstance)
          .map(Entry.Triggered.class::cast)
          .filter(trigger -> trigger.header().epoch().equals(head().epoch()))
          .findFirst();
    }

    /** The header of the last entry. */
    public Entry.Header head() {
      return entries.getLast().header();
    }
  }

  /** A restore has put the job back to before the subtask was opened. */
  record Unopened<E>(Entry.Base base, Entry.Header head) implements Found<E> {}

  /** It has no journal. */
  record Nowhere<E>() implements Found<E> {}

  /**
   * It cannot be opened yet.
   *
   * @param parents the shards that have to be closed first
   */
  record Waiting<E>(List<ShardId> parents) implements Found<E> {
    public Waiting {
      parents = List.copyOf(parents);
    }
  }
}
