package dev.cairn.coordinator.scrub;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.coordinator.collecting.ReferenceReader;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.damage.Damage;
import dev.cairn.damage.DamageStore;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scrubber on a pipeline that goes on, checkpoints and collects between any two of its calls;
 * it dies anywhere, has little time, and its storage answers not always and sometimes with
 * something else than what was written. It marks no file that is whole, and each that is not within
 * one round.
 */
class ScrubberUnderSeedsTest {
  private static final int SEEDS_EACH = 50;
  private static final int SCENES = 25;
  private static final Duration INTERVAL = Duration.ofHours(1);
  private static final Supplier<Duration> AMPLE = () -> Duration.ofMinutes(10);

  @ParameterizedTest(name = "from seed {0} on")
  @ValueSource(longs = {1, 1001, 2001, 3001})
  void marksWhatIsDamagedAndNothingElse(long first) {
    Tally tally = new Tally();
    for (long seed = first; seed < first + SEEDS_EACH; seed++) {
      try {
        new Run(seed, tally).play();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    // Or the run means nothing.
    assertThat(tally.marks).isGreaterThan(SEEDS_EACH);
    assertThat(tally.deaths).isGreaterThan(SEEDS_EACH);
    assertThat(tally.unanswered).isGreaterThan(SEEDS_EACH);
    assertThat(tally.rounds).isGreaterThan(SEEDS_EACH);
    assertThat(tally.collectedMeanwhile).isPositive();
    assertThat(tally.healed).isGreaterThan(SEEDS_EACH);
  }

  private static final class Tally {
    private int marks;
    private int deaths;
    private int unanswered;
    private int rounds;
    private int collectedMeanwhile;
    private int healed;
  }

  private static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** A storage that gives back some files otherwise than they were written. */
  private record Damaging(
      FileStorage sound, Map<FilePath, Function<byte[], Optional<byte[]>>> damages)
      implements FileStorage {
    @Override
    public FilePath normalize(FilePath path) {
      return sound.normalize(path);
    }

    @Override
    public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
      throw new AssertionError("a scrubber puts nothing: " + path);
    }

    @Override
    public Optional<byte[]> get(FilePath path) {
      return sound.get(path).flatMap(damages.getOrDefault(path, Optional::of));
    }

    @Override
    public Optional<Stored> head(FilePath path) {
      throw new AssertionError("a scrubber does not rely on what the storage says of " + path);
    }

    @Override
    public List<Stored> list(FilePath folder) {
      throw new AssertionError("a scrubber reads what is needed, not what is there");
    }

    @Override
    public void delete(FilePath path) {
      throw new AssertionError("a scrubber deletes nothing: " + path);
    }
  }

  private static final class Run {
    private final SplittableRandom random;
    private final Tally tally;
    private final int shards;
    private final Pipeline pipeline;
    private final Task<String> container;
    private final Map<FilePath, Function<byte[], Optional<byte[]>>> damages = new TreeMap<>();
    private final Damaging storage;
    private final ScrubberSettings settings;
    private boolean isCalm;
    private boolean isBusy;

    Run(long seed, Tally tally) {
      this.random = new SplittableRandom(seed);
      this.tally = tally;
      this.shards = 1 + random.nextInt(3);
      this.pipeline = new Pipeline(shards);
      this.container = pipeline.container();
      this.storage = new Damaging(pipeline.storage(), damages);
      this.settings =
          new ScrubberSettings(
              INTERVAL,
              Duration.ofMinutes(1),
              1 + random.nextInt(4),
              random.nextInt(2) * (1 << 20));
    }

    void play() {
      goOn();
      for (int scene = 0; scene < SCENES; scene++) {
        switch (random.nextInt(5)) {
          case 0 -> goOn();
          case 1 -> damage();
          case 2 -> {
            damages.clear();
            pipeline.pass(INTERVAL);
          }
          default -> scrub();
        }
      }
      isCalm = true;
      damage();
      requireRoundToFind();
      damages.clear();
      scrub();
      assertThat(pipeline.damages().damages(JOB)).as("after everything was put back").isEmpty();
    }

    /** Records, a checkpoint, and the collection after it. */
    private void goOn() {
      isBusy = true;
      for (int shard = 0; shard < shards; shard++) {
        if (random.nextBoolean()) {
          run(
              container,
              shard,
              pipeline.put(shard, random.nextInt(3) == 0 ? "size:12000" : "word"));
        }
      }
      run(container, 0, pipeline.put(0, "word"));
      pipeline.checkpoint(container);
      pipeline.pass(Pipeline.PROMPT.longestInvocation());
      if (random.nextBoolean()) {
        run(container, 0, pipeline.put(0, "size:9000"));
      }
      isBusy = false;
    }

    private void damage() {
      List<FilePath> files = pipeline.storage().paths();
      for (int i = 0; i <= random.nextInt(3); i++) {
        int where = random.nextInt(1 << 20);
        damages.put(
            files.get(random.nextInt(files.size())),
            switch (random.nextInt(4)) {
              case 0 -> bytes -> Optional.empty();
              case 1 -> bytes -> Optional.of(Arrays.copyOf(bytes, bytes.length / 2));
              case 2 -> bytes -> Optional.of(Arrays.copyOf(bytes, bytes.length + 1));
              default ->
                  bytes -> {
                    byte[] flipped = bytes.clone();
                    flipped[where % bytes.length] ^= (byte) (1 << (where % 8));
                    return Optional.of(flipped);
                  };
            });
      }
    }

    /** One invocation. Whatever it has newly marked is damaged. */
    private void scrub() {
      Set<FilePath> before = marked();
      Set<FilePath> there = Set.copyOf(pipeline.storage().paths());
      int time = random.nextInt(12);
      int[] asked = {0};
      try {
        scrubber()
            .run(
                JOB,
                isCalm ? AMPLE : () -> ++asked[0] <= time ? Duration.ofMinutes(9) : Duration.ZERO);
      } catch (Died expected) {
        tally.deaths++;
      }
      Set<FilePath> after = marked();
      Set<FilePath> fresh =
          after.stream().filter(path -> !before.contains(path)).collect(Collectors.toSet());
      assertThat(damages.keySet()).as("what is marked is damaged").containsAll(fresh);
      tally.marks += fresh.size();
      tally.healed += (int) before.stream().filter(path -> !after.contains(path)).count();
      if (!pipeline.storage().paths().containsAll(there)) {
        tally.collectedMeanwhile++;
      }
      if (pipeline.damages().progress(JOB).orElse(null) instanceof ScrubProgress.Finished) {
        tally.rounds++;
      }
    }

    /** Whatever round is under way ends, and the next one finds all there is to find. */
    private void requireRoundToFind() {
      scrub();
      pipeline.pass(INTERVAL);
      scrub();
      assertThat(pipeline.damages().progress(JOB))
          .hasValueSatisfying(
              progress -> assertThat(progress).isInstanceOf(ScrubProgress.Finished.class));
      Set<FilePath> needed =
          new ReferenceReader(pipeline.journal(), pipeline.checkpoints(), storage)
              .read(pipeline.job())
              .needed()
              .keySet();
      assertThat(marked())
          .isEqualTo(
              damages.keySet().stream().filter(needed::contains).collect(Collectors.toSet()));
    }

    private Set<FilePath> marked() {
      return pipeline.damages().damages(JOB).stream().map(Damage::path).collect(Collectors.toSet());
    }

    private Scrubber scrubber() {
      Tap weather =
          new Tap() {
            @Override
            public void before(Call call) {
              happen(call);
            }

            @Override
            public void after(Call call) {
              dieSometimes();
            }
          };
      return new Scrubber(
          new ScrubberPorts(
              Tap.on(Journal.class, "journal", pipeline.journal(), weather),
              Tap.on(CheckpointStore.class, "checkpoints", pipeline.checkpoints(), weather),
              Tap.on(FileStorage.class, "storage", storage, weather),
              Tap.on(DamageStore.class, "damages", pipeline.damages(), weather),
              pipeline::now,
              Announcer.SILENT),
          settings);
    }

    private void happen(Tap.Call call) {
      if (isCalm || isBusy) {
        return;
      }
      dieSometimes();
      if (random.nextInt(12) == 0) {
        goOn();
      }
      if (call.name().equals("storage.open") && random.nextInt(8) == 0) {
        tally.unanswered++;
        throw new StorageException("503 for " + call.arguments()[0]);
      }
    }

    private void dieSometimes() {
      if (!isCalm && !isBusy && random.nextInt(60) == 0) {
        throw new Died();
      }
    }
  }
}
