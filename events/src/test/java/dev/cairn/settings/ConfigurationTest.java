package dev.cairn.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigurationTest {

  @Test
  void withoutAnySettingEverythingIsAsByDefault() {
    assertThat(Configuration.DEFAULTS.get(Options.TIMEOUT)).isEqualTo(Duration.ofMinutes(10));
    assertThat(Configuration.DEFAULTS.place(Options.TIMEOUT)).isEmpty();
    assertThat(Configuration.DEFAULTS.set()).isEmpty();
    assertThat(Configuration.DEFAULTS.all()).hasSameSizeAs(Options.all());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "execution.checkpointing.intervall | 3 s | execution.checkpointing.intervall is not known; the"
            + " nearest name that is: execution.checkpointing.interval",
        "state.checkpoint.num-retained | 3 | state.checkpoint.num-retained is not known; the nearest"
            + " name that is: state.checkpoints.num-retained",
        "execution.checkpointing.interval | often | execution.checkpointing.interval cannot be"
            + " \"often\": \"often\" is not a duration: write a whole number and one of d, h, min, s,"
            + " ms, us, ns, such as 3 s or 10 min",
        "execution.checkpointing.timeout | 0 s | execution.checkpointing.timeout cannot be \"0 s\": it"
            + " must be positive, not PT0S",
        "state.checkpoints.num-retained | 0 | state.checkpoints.num-retained cannot be \"0\": it must"
            + " be at least 1, not 0",
        "execution.checkpointing.num-retained | some | execution.checkpointing.num-retained cannot be"
            + " \"some\": \"some\" is not a whole number below 2^31",
        "execution.checkpointing.tolerable-failed-checkpoints | -1 |"
            + " execution.checkpointing.tolerable-failed-checkpoints cannot be \"-1\": it must be at"
            + " least 0, not -1",
        "execution.checkpointing.data-inline-threshold | 1 mb |"
            + " execution.checkpointing.data-inline-threshold cannot be \"1 mb\": it must be at most"
            + " 256 kb, not 1 mb: a journal entry is one DynamoDB item of 400 KB",
        "execution.checkpointing.data-inline-threshold | much |"
            + " execution.checkpointing.data-inline-threshold cannot be \"much\": \"much\" is not a"
            + " size: write a whole number and one of b, kb, mb, gb, such as 20 kb",
        "cairn.checkpointing.max-inline-state-size | 5 mb | cairn.checkpointing.max-inline-state-size"
            + " cannot be \"5 mb\": it must be at most 384 kb, not 5 mb: state that is inline is one"
            + " DynamoDB item of 400 KB",
        "execution.checkpointing.dir | hdfs:///x | execution.checkpointing.dir cannot be"
            + " \"hdfs:///x\": it must be a bucket or a folder in one, such as s3://bucket/prefix, not"
            + " \"hdfs:///x\"",
        "execution.checkpointing.externalized-checkpoint-retention | NO_EXTERNALIZED_CHECKPOINTS |"
            + " execution.checkpointing.externalized-checkpoint-retention cannot be"
            + " \"NO_EXTERNALIZED_CHECKPOINTS\": the checkpoints of a failed job are always"
            + " kept; write DELETE_ON_CANCELLATION to delete those of a cancelled job",
        "cairn.scrub.interval | 90 s | cairn.scrub.interval cannot be \"90 s\": it must be whole"
            + " minutes from 5 on, as a rule calls for it, or 0 for never; not PT1M30S",
        "execution.checkpointing.storage | rocksdb | execution.checkpointing.storage cannot be"
            + " \"rocksdb\": \"rocksdb\" is none of jobmanager, filesystem",
        "execution.checkpointing.prefer-checkpoint-for-recovery | yes |"
            + " execution.checkpointing.prefer-checkpoint-for-recovery cannot be \"yes\": \"yes\" is"
            + " neither true nor false",
        "restart-strategy | sometimes | restart-strategy cannot be \"sometimes\": \"sometimes\" is none"
            + " of none, fixed-delay, failure-rate, exponential-delay",
        "restart-strategy.failure-rate.max-failures-per-interval | 101 |"
            + " restart-strategy.failure-rate.max-failures-per-interval cannot be \"101\": it must be"
            + " at most 100, not 101: a shard's journal remembers the time of each",
        "restart-strategy.exponential-delay.jitter-factor | 1.5 |"
            + " restart-strategy.exponential-delay.jitter-factor cannot be \"1.5\": it must be from 0"
            + " to 1, not 1.5",
        "restart-strategy.exponential-delay.jitter-factor | NaN |"
            + " restart-strategy.exponential-delay.jitter-factor cannot be \"NaN\": it must be from 0"
            + " to 1, not NaN",
        "execution.checkpointing.mode | AT_LEAST_ONCE | execution.checkpointing.mode: AT_LEAST_ONCE is"
            + " not possible here: there is no AT_LEAST_ONCE: with one stage nothing is aligned, so"
            + " EXACTLY_ONCE costs nothing; leave it out",
        "state.backend | rocksdb | state.backend: rocksdb is not possible here: the only backend so far"
            + " is hashmap, whose checkpoints others will read; write hashmap, or leave it out",
        "state.backend | org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackendFactory |"
            + " state.backend: org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackendFactory"
            + " is not possible here: the only backend so far is hashmap, whose checkpoints others"
            + " will read; write hashmap, or leave it out",
        "state.backend.incremental | sometimes | state.backend.incremental cannot be \"sometimes\":"
            + " \"sometimes\" is neither true nor false",
        "state.backend.incrementall | true | state.backend.incrementall is not known; the nearest name"
            + " that is: state.backend.incremental",
        "state.backend.local-recoverry | true | state.backend.local-recoverry is not known; the nearest"
            + " name that is: state.backend.local-recovery",
        "my.own.option | 1 | my.own.option is not known and is similar to none:"
            + " docs/settings.md lists all settings",
        "interval | 30 s | interval is not known and is similar to none: docs/settings.md"
            + " lists all settings",
        "pekko.framesize | 10485760b | pekko.framesize: 10485760b is not possible here: it configures a"
            + " Flink cluster, and there is none; leave it out",
        "web.checkpoints.history | 50 | web.checkpoints.history: 50 is not possible here: it configures"
            + " a Flink cluster, and there is none; leave it out",
        "high-availability | zookeeper | high-availability: zookeeper is not possible here: it"
            + " configures a Flink cluster, and there is none; leave it out",
        "metrics.reporters | prom | metrics.reporters: prom is not possible here: metrics go to"
            + " CloudWatch, in the namespace Cairn; leave it out",
        "execution.runtime-mode | BATCH | execution.runtime-mode: BATCH is not possible here: it is"
            + " about how Flink submits or runs a program; leave it out",
        "execution.checkpointing.unaligned | true | execution.checkpointing.unaligned: true is not"
            + " possible here: with one stage no barrier waits behind records, so there is nothing to"
            + " gain; leave it out",
        "execution.checkpointing.unaligned.max-subtasks-per-channel-state-file | 5 |"
            + " execution.checkpointing.unaligned.max-subtasks-per-channel-state-file: 5 is not"
            + " possible here: there are no unaligned checkpoints, which it belongs to; leave it out",
        "state.backend.rocksdb.memory.managed | true | state.backend.rocksdb.memory.managed: true is"
            + " not possible here: there is no such backend yet; live state has to fit into the"
            + " function's memory",
        "taskmanager.numberOfTaskSlots | 4 | taskmanager.numberOfTaskSlots: 4 is not possible here:"
            + " there are no task managers; a function's memory and time are set on the construct,"
            + " with memory(…) and timeout(…)"
      })
  void refusesByName(String name, String text, String message) {
    assertThatThrownBy(() -> Configuration.DEFAULTS.set(name, text, SettingSource.CONSTRUCT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "state.backend, hashmap",
    "state.backend, filesystem",
    "state.backend, jobmanager",
    "state.backend.type, FsStateBackend",
    "state.backend.type, MemoryStateBackend",
    "state.backend, org.apache.flink.runtime.state.memory.MemoryStateBackendFactory",
    "state.backend, org.apache.flink.runtime.state.filesystem.FsStateBackendFactory",
    "state.backend.type, org.apache.flink.runtime.state.hashmap.HashMapStateBackendFactory",
    "state.backend.local-recovery, true",
    "state.backend.local-recovery, false",
    "execution.state-recovery.from-local, true",
    "execution.checkpointing.local-backup.enabled, true",
    "taskmanager.state.local.root-dirs, /mnt/a:/mnt/b",
    "execution.checkpointing.local-backup.dirs, /mnt/a",
    "execution.checkpointing.aligned-checkpoint-timeout, 0 ms",
  })
  void takesWhatIsSoAnyway(String name, String text) {
    for (SettingSource place : SettingSource.values()) {
      assertThat(Configuration.DEFAULTS.set(name, text, place)).isEqualTo(Configuration.DEFAULTS);
    }
  }

  @Test
  void fullCheckpointsAreSetByBothOfTheirNames() {
    assertThat(Configuration.DEFAULTS.get(Options.INCREMENTAL)).isTrue();
    for (String name :
        List.of("state.backend.incremental", "execution.checkpointing.incremental")) {
      assertThat(
              Configuration.DEFAULTS
                  .set(name, "false", SettingSource.ITEM)
                  .get(Options.INCREMENTAL))
          .isFalse();
    }
  }

  @Test
  void everyRefusalSaysWhatToDo() {
    for (ForeignOption foreign : ForeignOption.all()) {
      String name = foreign.names().getFirst().replace("*", "anything");
      if (foreign.taken().contains("*")) {
        assertThat(Configuration.DEFAULTS.set(name, "whatever", SettingSource.CODE).set())
            .isEmpty();
      } else {
        assertThatThrownBy(() -> Configuration.DEFAULTS.set(name, "whatever", SettingSource.CODE))
            .hasMessage(name + ": whatever is not possible here: " + foreign.instead());
        foreign
            .taken()
            .forEach(taken -> Configuration.DEFAULTS.set(name, taken, SettingSource.CODE));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cairn.scrub.interval, 1 h, the function's code, the construct or the function's environment",
    "execution.checkpointing.savepoint-dir, s3://b, the function's code, the construct or the"
        + " function's environment or the job's item",
  })
  void aPlaceThatCannotBeSaysWhichCan(String name, String text, String place, String first) {
    assertThatThrownBy(() -> Configuration.DEFAULTS.set(name, text, SettingSource.CODE))
        .hasMessage(name + " cannot be set in " + place + ": set it in " + first);
  }

  @Test
  void twoNamesOfOneSettingMustAgree() {
    assertThat(
            Configuration.of(
                    Map.of(
                        "state.checkpoints.num-retained", "3",
                        "execution.checkpointing.num-retained", "3"),
                    SettingSource.ITEM)
                .get(Options.NUM_RETAINED))
        .isEqualTo(3);
    assertThatThrownBy(
            () ->
                Configuration.of(
                    new TreeMap<>(
                        Map.of(
                            "state.checkpoints.num-retained", "3",
                            "execution.checkpointing.num-retained", "4")),
                    SettingSource.ITEM))
        .hasMessage(
            "execution.checkpointing.num-retained and state.checkpoints.num-retained are two names"
                + " of one setting and have two values here: keep"
                + " execution.checkpointing.num-retained");
  }

  @Test
  void anIntervalOfZeroTakesNone() {
    Configuration off =
        Configuration.DEFAULTS
            .with(Options.INTERVAL, Optional.of(Duration.ofSeconds(3)), SettingSource.CONSTRUCT)
            .and(
                Configuration.of(
                    Map.of("execution.checkpointing.interval", "0"), SettingSource.ITEM));
    assertThat(off.get(Options.INTERVAL)).isEmpty();
    assertThat(off.place(Options.INTERVAL)).contains(SettingSource.ITEM);
  }

  @ParameterizedTest
  @EnumSource(SettingSource.class)
  void theLaterPlaceWinsInWhateverOrderTheyCome(SettingSource place) {
    Configuration here = Configuration.DEFAULTS.with(Options.NUM_RETAINED, 3, place);
    for (SettingSource other : SettingSource.values()) {
      Configuration there = Configuration.DEFAULTS.with(Options.NUM_RETAINED, 4, other);
      int compared = place.compareTo(other);
      assertThat(here.and(there).get(Options.NUM_RETAINED)).isEqualTo(compared > 0 ? 3 : 4);
      assertThat(there.and(here).get(Options.NUM_RETAINED)).isEqualTo(compared >= 0 ? 3 : 4);
    }
  }

  @Test
  void everyDefaultIsWrittenAsItIsRead() {
    for (Option<?> option : Options.all()) {
      if (!option.defaultText().isEmpty()) {
        assertThat(option.parse(option.defaultText())).isEqualTo(option.defaultValue());
      }
      assertThat(option.places()).contains(SettingSource.ENVIRONMENT);
      assertThat(option.meaning()).isNotBlank();
    }
  }

  @Test
  void noTwoSettingsShareANameOrAVariable() {
    List<String> names =
        Options.all().stream()
            .flatMap(
                option ->
                    java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(option.name()), option.oldNames().stream()))
            .toList();
    assertThat(names).doesNotHaveDuplicates();
    assertThat(names.stream().map(Option::variable).toList()).doesNotHaveDuplicates();
    assertThat(names)
        .allSatisfy(name -> assertThat(Options.nameOf(Option.variable(name))).contains(name));
  }

  @ParameterizedTest
  @CsvSource({"0 b, 0", "512 b, 512", "20 kb, 20480", "1 mb, 1048576", "1025 b, 1025"})
  void aSizeIsReadAsItIsWritten(String text, int bytes) {
    assertThat(FlinkSize.parse(text)).isEqualTo(bytes);
    assertThat(FlinkSize.print(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"20kb, 20480", "20 KB, 20480", "3, 3", "5m, 5242880", "1kibibytes, 1024"})
  void aSizeIsReadAsFlinkTakesIt(String text, int bytes) {
    assertThat(FlinkSize.parse(text)).isEqualTo(bytes);
  }

  @Test
  void aSizeBeyondCountingIsRefused() {
    assertThatThrownBy(() -> FlinkSize.parse("2 gb"))
        .hasMessage("\"2 gb\" is a size of 2 gb or more");
  }

  @Test
  void everythingThatCannotBeUsedIsNamedAtOnce() {
    assertThatThrownBy(
            () ->
                Configuration.of(
                    new TreeMap<>(
                        Map.of(
                            "rest.port", "1",
                            "state.backend", "rocksdb",
                            "state.checkpoints.num-retained", "none")),
                    SettingSource.CONSTRUCT))
        .hasMessageContaining("rest.port: 1 is not possible here")
        .hasMessageContaining("; and state.backend: rocksdb is not possible here")
        .hasMessageContaining("; and state.checkpoints.num-retained cannot be \"none\"");
  }

  @Test
  void storagesAreTakenByTheNamesOfFlinksFactories() {
    String factories = "org.apache.flink.runtime.state.storage.";
    assertThat(
            Configuration.DEFAULTS
                .set(
                    "state.checkpoint-storage",
                    factories + "JobManagerCheckpointStorageFactory",
                    SettingSource.CONSTRUCT)
                .get(Options.STORAGE))
        .contains(StorageKind.JOBMANAGER);
    assertThat(
            Configuration.DEFAULTS
                .set(
                    "execution.checkpointing.storage",
                    factories + "FileSystemCheckpointStorageFactory",
                    SettingSource.CONSTRUCT)
                .get(Options.STORAGE))
        .contains(StorageKind.FILESYSTEM);
  }
}
