package dev.cairn.simulation.audit;

import dev.cairn.id.Position;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import dev.cairn.testing.FunctionHarness;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The plain fold: what each shard's state has to be after each of its records, computed beside the
 * stream and by other code.
 */
public final class Expectation {
  private final Map<ShardId, NavigableMap<RecordNumber, Arrived>> records = new TreeMap<>();
  private final Map<ShardId, Fold> roots = new TreeMap<>();
  private final Supplier<FunctionHarness<String>> harness;

  /**
   * @param harness makes the function that is folded, without state
   */
  public Expectation(Supplier<FunctionHarness<String>> harness) {
    this.harness = harness;
  }

  /**
   * @param foreign whether its key belongs to another shard, by its own hash
   */
  private record Arrived(String key, byte[] data, Instant arrival, boolean foreign) {}

  /** A user record's place in the stream. */
  private record Place(ShardId shard, RecordNumber number) {}

  /** A shard's state after one of its user records. */
  record Expected(SortedMap<StateKey, byte[]> cells, Counts counts) {
    static final Expected NOTHING = new Expected(new TreeMap<>(), Counts.NONE);
  }

  /** The records of a shard in order, on top of a state. */
  final class Fold {
    private final ShardId shard;
    private final Position from;
    private final FunctionHarness<String> function = harness.get();
    // All that made the state, to begin another fold with.
    private final List<Place> below = new ArrayList<>();
    private final NavigableMap<RecordNumber, Expected> after = new TreeMap<>();
    // Records that are valid, and whose processes ended all the same.
    private final Set<RecordNumber> setAside = new HashSet<>();
    // Records that expired before they were applied, and that a user accepts to be missing.
    private final Set<RecordNumber> lost = new HashSet<>();
    private Expected base = Expected.NOTHING;

    private Fold(ShardId shard, Position from) {
      this.shard = shard;
      this.from = from;
    }

    /**
     * Returns this fold without a record that was set aside, because the processes that applied it
     * ended. Earlier and later epochs may apply the record, where its processes do not end.
     */
    Fold without(RecordNumber record) {
      Fold fold = copy(after.headMap(record, false));
      fold.setAside.addAll(setAside);
      fold.setAside.add(record);
      return fold;
    }

    /** Returns this fold as far as a position. No record after the position is set aside in it. */
    Fold again(Position at) {
      var unused = at(at);
      NavigableMap<RecordNumber, Expected> upTo = upTo(at);
      if (upTo.keySet().containsAll(setAside)) {
        return this;
      }
      Fold fold = copy(upTo);
      setAside.stream().filter(upTo::containsKey).forEach(fold.setAside::add);
      return fold;
    }

    private Fold copy(NavigableMap<RecordNumber, Expected> applied) {
      Fold fold = new Fold(shard, from);
      fold.begin(below, base.counts());
      fold.lost.addAll(lost);
      applied.keySet().stream()
          .filter(number -> !setAside.contains(number))
          .forEach(number -> fold.apply(new Place(shard, number)));
      fold.after.putAll(applied);
      return fold;
    }

    private void begin(List<Place> places, Counts counts) {
      below.addAll(places);
      below.forEach(this::apply);
      base = new Expected(function.cells(), counts);
    }

    /**
     * Records between a position and the next one that is applied have expired. The next one may be
     * the aggregate within which the position is.
     */
    void lose(Position position, SequenceNumber next) {
      RecordNumber first = RecordNumber.of(next);
      since(shard, position).keySet().stream()
          .takeWhile(number -> number.compareTo(first) < 0)
          .forEach(lost::add);
    }

    /** All that is after a position so far has expired. */
    void loseAll(Position position) {
      lost.addAll(since(shard, position).keySet());
    }

    /**
     * The first record after a position that is not an accepted loss, or that has a user record
     * which is none, as far as there is one yet.
     */
    Optional<SequenceNumber> next(Position position) {
      return since(shard, position).keySet().stream()
          .filter(number -> !lost.contains(number))
          .findFirst()
          .map(RecordNumber::sequenceNumber);
    }

    ShardId shard() {
      return shard;
    }

    /** All that makes the state at a position. */
    private List<Place> all(Position at) {
      var unused = at(at);
      List<Place> all = new ArrayList<>(below);
      upTo(at).keySet().stream()
          .filter(number -> !setAside.contains(number))
          .forEach(number -> all.add(new Place(shard, number)));
      return all;
    }

    /** Returns the shard's own records up to a position to which they were folded. */
    private NavigableMap<RecordNumber, Expected> upTo(Position at) {
      if (at.equals(from)) {
        return new TreeMap<>();
      }
      return switch (at) {
        case Position.After(SequenceNumber last) -> after.headMap(lastOf(last), true);
        case Position.Within(SequenceNumber aggregate, SubSequenceNumber last) ->
            after.headMap(RecordNumber.of(aggregate, last), true);
        case Position.Beginning b -> after;
        case Position.Before b -> after;
        case Position.End e -> after;
      };
    }

    /** Whether it began without state. */
    boolean isOfNothing() {
      return base.cells().isEmpty();
    }

    /** The state at a position, at which it has been or will be. */
    Expected at(Position position) {
      if (position.equals(from)) {
        return base;
      }
      return switch (position) {
        case Position.Beginning b -> throw unexpected(position);
        case Position.Before b -> throw unexpected(position);
        case Position.Within(SequenceNumber aggregate, SubSequenceNumber last) -> {
          RecordNumber number = RecordNumber.of(aggregate, last);
          foldTo(number);
          boolean isLast =
              Optional.ofNullable(ofShard(shard).higherKey(number))
                  .filter(next -> next.sequenceNumber().equals(aggregate))
                  .isEmpty();
          if (isLast) {
            throw unexpected(position);
          }
          yield Optional.ofNullable(after.get(number)).orElseThrow(() -> unexpected(position));
        }
        case Position.After(SequenceNumber last) -> {
          foldTo(lastOf(last));
          yield Optional.ofNullable(after.floorEntry(lastOf(last)))
              .filter(entry -> entry.getKey().sequenceNumber().equals(last))
              .map(Map.Entry::getValue)
              .orElseThrow(() -> unexpected(position));
        }
        case Position.End e -> {
          NavigableMap<RecordNumber, Arrived> all = ofShard(shard);
          if (!all.isEmpty()) {
            foldTo(all.lastKey());
          }
          yield after.isEmpty() ? base : after.lastEntry().getValue();
        }
      };
    }

    private Violation unexpected(Position position) {
      return new Violation(
          Invariants.POSITIONS,
          shard + " is at " + position + ", which is no record since " + from);
    }

    private void foldTo(RecordNumber last) {
      List<RecordNumber> next =
          retained().keySet().stream().takeWhile(one -> one.compareTo(last) <= 0).toList();
      for (RecordNumber number : next) {
        if (lost.contains(number)) {
          continue;
        }
        Counts before = after.isEmpty() ? base.counts() : after.lastEntry().getValue().counts();
        boolean applied = !setAside.contains(number) && apply(new Place(shard, number));
        after.put(
            number,
            new Expected(function.cells(), applied ? before.plus(1, 0) : before.plus(0, 1)));
      }
    }

    private NavigableMap<RecordNumber, Arrived> retained() {
      NavigableMap<RecordNumber, Arrived> all = ofShard(shard);
      return after.isEmpty() ? since(shard, from) : all.tailMap(after.lastKey(), false);
    }

    private boolean apply(Place place) {
      Arrived record = record(place.shard(), place.number());
      if (record.foreign()) {
        return false;
      }
      try {
        function.processBytes(record.key(), record.data(), record.arrival());
        return true;
      } catch (Exception poison) {
        return false;
      }
    }
  }

  public void put(ShardId shard, SequenceNumber number, String key, byte[] data, Instant arrival) {
    ofShard(shard).put(RecordNumber.of(number), new Arrived(key, data, arrival, false));
  }

  /**
   * A user record of an aggregate.
   *
   * @param isForeign whether its key belongs to another shard, by its own hash
   */
  public void putPart(
      ShardId shard,
      RecordNumber number,
      String key,
      byte[] data,
      Instant arrival,
      boolean isForeign) {
    ofShard(shard).put(number, new Arrived(key, data, arrival, isForeign));
  }

  /** A record whose producer sent it to a shard to which its key does not belong. */
  public void putForeign(
      ShardId shard, SequenceNumber number, String key, byte[] data, Instant arrival) {
    ofShard(shard).put(RecordNumber.of(number), new Arrived(key, data, arrival, true));
  }

  private NavigableMap<RecordNumber, Arrived> ofShard(ShardId shard) {
    return records.computeIfAbsent(shard, s -> new TreeMap<>());
  }

  /** Returns a number after those of all user records of a Kinesis record. */
  private static RecordNumber lastOf(SequenceNumber record) {
    return RecordNumber.of(record, new SubSequenceNumber(Long.MAX_VALUE));
  }

  private NavigableMap<RecordNumber, Arrived> since(ShardId shard, Position from) {
    NavigableMap<RecordNumber, Arrived> all = ofShard(shard);
    return switch (from) {
      case Position.Beginning b -> all;
      case Position.Before(SequenceNumber first) -> all.tailMap(RecordNumber.of(first), true);
      case Position.Within(SequenceNumber aggregate, SubSequenceNumber last) ->
          all.tailMap(RecordNumber.of(aggregate, last), false);
      case Position.After(SequenceNumber last) -> all.tailMap(lastOf(last), false);
      case Position.End e -> new TreeMap<>();
    };
  }

  private Arrived record(ShardId shard, RecordNumber number) {
    return Optional.ofNullable(ofShard(shard).get(number))
        .orElseThrow(
            () -> new Violation(Invariants.POSITIONS, number + " is no record of " + shard));
  }

  /** The bytes of a user record that was put. */
  byte[] data(ShardId shard, RecordNumber number) {
    return record(shard, number).data();
  }

  /** All of a shard's records, on top of nothing. */
  Fold fold(ShardId shard) {
    return roots.computeIfAbsent(shard, s -> new Fold(s, Position.beginning()));
  }

  /**
   * A state that is a part of another one's.
   *
   * @param at where the other one stands
   * @param keys those of the part
   */
  record Part(Fold fold, Position at, HashRange keys) {}

  /**
   * Records of a shard, on top of the part of other states that lies in a range.
   *
   * @param counts what was counted in that state
   * @param from the position after which records of the shard are applied
   */
  Fold fold(ShardId shard, HashRange range, List<Part> parts, Counts counts, Position from) {
    Fold fold = new Fold(shard, from);
    List<Place> below = new ArrayList<>();
    for (Part part : parts) {
      for (Place place : part.fold().all(part.at())) {
        Arrived record = record(place.shard(), place.number());
        KeyHash key = KeyHash.of(record.key());
        if (range.contains(key) && part.keys().contains(key)) {
          below.add(place);
        }
      }
    }
    fold.begin(below, counts);
    return fold;
  }

  /** The first of the records that are applied from there on, as far as there is one yet. */
  Optional<SequenceNumber> first(ShardId shard, Position from) {
    return since(shard, from).keySet().stream().findFirst().map(RecordNumber::sequenceNumber);
  }

  /** When a record arrived. */
  Instant arrival(ShardId shard, SequenceNumber number) {
    return Optional.ofNullable(ofShard(shard).ceilingEntry(RecordNumber.of(number)))
        .filter(entry -> entry.getKey().sequenceNumber().equals(number))
        .map(entry -> entry.getValue().arrival())
        .orElseThrow(
            () -> new Violation(Invariants.POSITIONS, number + " is no record of " + shard));
  }

  /** The latest arrival of the records after a position and up to another one. */
  Optional<Instant> latestArrival(ShardId shard, Position after, Position upTo) {
    return since(shard, after).entrySet().stream()
        .takeWhile(record -> !upTo.isBefore(position(record.getKey())))
        .map(record -> record.getValue().arrival())
        .max(Comparator.naturalOrder());
  }

  private static Position position(RecordNumber number) {
    return number
        .part()
        .map(part -> Position.within(number.sequenceNumber(), part))
        .orElseGet(() -> Position.after(number.sequenceNumber()));
  }

  /** The first record that arrived at or after a time. */
  Optional<SequenceNumber> first(ShardId shard, Instant time) {
    return ofShard(shard).entrySet().stream()
        .filter(record -> !record.getValue().arrival().isBefore(time))
        .map(record -> record.getKey().sequenceNumber())
        .findFirst();
  }

  Position end(ShardId shard) {
    NavigableMap<RecordNumber, Arrived> all = ofShard(shard);
    return all.isEmpty() ? Position.beginning() : Position.after(all.lastKey().sequenceNumber());
  }
}
