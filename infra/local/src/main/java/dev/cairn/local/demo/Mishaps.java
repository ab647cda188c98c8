package dev.cairn.local.demo;

import dev.cairn.cli.output.Sizes;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.lambda.Delivery;
import dev.cairn.inmemory.world.Killed;
import dev.cairn.inmemory.world.World;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal.Append;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Causes mishaps in the pipeline, each at the first opportunity after it is armed, and prints them.
 * A twin and a zombie count as survived when they have lost their append; an abandoned container
 * when it is killed, a time-out when its freeze ends.
 */
final class Mishaps implements Delivery {
  private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);
  private static final Duration LONGEST_RENDEZVOUS = Duration.ofMillis(800);

  private final World world;
  private final DemoLog log;
  private final Screen screen;
  private final Duration functionTimeout;
  private final EnumSet<Mishap> armed = EnumSet.noneOf(Mishap.class);
  private final EnumSet<Mishap> faced = EnumSet.noneOf(Mishap.class);
  private Optional<Twins> twins = Optional.empty();
  private Optional<String> zombie = Optional.empty();

  /** The two invocations of one batch, and what they prepared for the same revision. */
  private static final class Twins {
    private final ShardId shard;
    private final Set<String> arrived = new HashSet<>();

    Twins(ShardId shard) {
      this.shard = shard;
    }
  }

  Mishaps(World world, DemoLog log, Screen screen, Duration functionTimeout) {
    this.world = world;
    this.log = log;
    this.screen = screen;
    this.functionTimeout = functionTimeout;
  }

  synchronized void arm(Mishap mishap) {
    armed.add(mishap);
  }

  synchronized Set<Mishap> faced() {
    return EnumSet.copyOf(faced);
  }

  private synchronized boolean claim(Mishap mishap) {
    return armed.remove(mishap);
  }

  private synchronized void face(Mishap mishap) {
    faced.add(mishap);
  }

  @Override
  public Plan next(ShardId shard, int attempt, int batchSize) {
    if (attempt == 1 && claim(Mishap.DELIVERED_TWICE)) {
      synchronized (this) {
        twins = Optional.of(new Twins(shard));
      }
      screen.say("TWICE: a batch of " + shard + " is delivered to two containers at once");
      return new Plan(batchSize, Manner.TWICE_AT_ONCE);
    }
    return new Plan(batchSize, Manner.ONCE);
  }

  /** Returns a watcher of one container's appends. */
  JournalWatcher of(String container) {
    return new JournalWatcher() {
      @Override
      public void before(SubtaskId subtask, Entry entry) {
        if (entry instanceof Entry.Advanced advanced && !replays(subtask)) {
          before(subtask, advanced);
        }
      }

      private void before(SubtaskId subtask, Entry.Advanced entry) {
        if (isTwin(subtask)) {
          meet(container);
        } else if (claim(Mishap.ABANDONED)) {
          abandon(container, subtask, entry);
        } else if (claim(Mishap.ZOMBIE)) {
          freeze(container, subtask, entry);
        }
      }

      @Override
      public void after(SubtaskId subtask, Entry entry, Append outcome) {
        log.appended(container, subtask, entry, outcome);
        if (entry instanceof Entry.Advanced advanced) {
          after(subtask, advanced, outcome);
        }
      }

      private void after(SubtaskId subtask, Entry.Advanced entry, Append outcome) {
        if (outcome == Append.TAKEN) {
          lost(container, subtask, entry);
        } else if (outcome == Append.APPENDED && claim(Mishap.TIMED_OUT)) {
          overrun(container, subtask, entry);
        }
      }
    };
  }

  private boolean replays(SubtaskId subtask) {
    return log.head(subtask).map(Entry.Header::hasGap).orElse(false);
  }

  private void abandon(String container, SubtaskId subtask, Entry.Advanced entry) {
    screen.say(
        "ABANDONED: "
            + container
            + " is killed in mid-batch: it had applied "
            + records(subtask, entry)
            + " of "
            + subtask.shard()
            + " in memory, and journalled none of them");
    face(Mishap.ABANDONED);
    throw new Killed(container, "table.append");
  }

  private void overrun(String container, SubtaskId subtask, Entry.Advanced entry) {
    screen.say(
        "TIMED OUT: "
            + container
            + " wrote revision "
            + entry.revision()
            + " of "
            + subtask.shard()
            + " and does not come to answer: its invocation runs into the time-out of "
            + Sizes.seconds(functionTimeout));
    world.sleep(functionTimeout.plusMillis(200));
    screen.say(
        "  … it was given up, so its batch comes again: every record of it is at or before revision "
            + entry.revision()
            + " and is skipped");
    face(Mishap.TIMED_OUT);
  }

  private void freeze(String container, SubtaskId subtask, Entry.Advanced entry) {
    screen.say(
        "ZOMBIE: "
            + container
            + " freezes with "
            + records(subtask, entry)
            + " of "
            + subtask.shard()
            + " applied in memory, right before it appends revision "
            + entry.revision());
    synchronized (this) {
      zombie = Optional.of(container);
    }
    world.await(LONGEST_SLEEP, () -> log.containerFrom(subtask, entry.revision()).isPresent());
    world.sleep(functionTimeout.dividedBy(2));
  }

  private void lost(String container, SubtaskId subtask, Entry.Advanced entry) {
    // The winner may not have received its response yet.
    world.await(LONGEST_RENDEZVOUS, () -> log.writer(subtask, entry.revision()).isPresent());
    String winner = log.writer(subtask, entry.revision()).orElse("another writer");
    boolean isZombie;
    boolean isTwin;
    synchronized (this) {
      isZombie = zombie.equals(Optional.of(container));
      isTwin =
          twins.isPresent()
              && twins.get().shard.equals(subtask.shard())
              && twins.get().arrived.contains(container);
      // Only a trigger came between: it appends again after that.
      isTwin &= !winner.equals(Pipeline.COORDINATOR);
      if (isTwin) {
        twins = Optional.empty();
      }
    }
    if (isZombie) {
      screen.say(
          "  … the zombie "
              + container
              + " woke and went on: it lost revision "
              + entry.revision()
              + " of "
              + subtask.shard()
              + " to "
              + winner
              + passedBy(container, winner, subtask, entry)
              + ", and dropped its work");
      face(Mishap.ZOMBIE);
    } else if (isTwin) {
      screen.say(
          "  … both were about to append revision "
              + entry.revision()
              + " of "
              + subtask.shard()
              + ": "
              + winner
              + " did, "
              + container
              + " lost and dropped its work");
      face(Mishap.DELIVERED_TWICE);
    }
  }

  private String passedBy(
      String container, String winner, SubtaskId subtask, Entry.Advanced entry) {
    return log.containerFrom(subtask, entry.revision())
        .filter(other -> !other.equals(winner) && !other.equals(container))
        .map(other -> ", after which " + other + " went on")
        .orElse("");
  }

  private synchronized boolean isTwin(SubtaskId subtask) {
    return twins.isPresent() && twins.get().shard.equals(subtask.shard());
  }

  /** Waits until both are here, so that they do race. */
  private void meet(String container) {
    Twins pair;
    synchronized (this) {
      pair = twins.orElseThrow();
      pair.arrived.add(container);
    }
    world.changed();
    boolean both = world.await(LONGEST_RENDEZVOUS, () -> arrived(pair) == 2);
    if (!both) {
      synchronized (this) {
        // The other found the batch applied before it came here: no race, so once more with another
        // batch.
        if (twins.equals(Optional.of(pair))) {
          twins = Optional.empty();
          armed.add(Mishap.DELIVERED_TWICE);
        }
      }
    }
  }

  private synchronized int arrived(Twins pair) {
    return pair.arrived.size();
  }

  private String records(SubtaskId subtask, Entry.Advanced entry) {
    long before =
        log.head(subtask)
            .map(head -> head.counts().applied() + head.counts().deadLettered())
            .orElse(0L);
    long after = entry.header().counts().applied() + entry.header().counts().deadLettered();
    return Sizes.count(after - before) + " records";
  }
}
