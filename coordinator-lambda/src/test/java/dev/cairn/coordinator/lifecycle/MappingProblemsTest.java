package dev.cairn.coordinator.lifecycle;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.command.Command;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.commanding.DryRun;
import dev.cairn.coordinator.lifecycle.MappingDescription.StartingPosition;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.MappingProblem.Kind;
import dev.cairn.job.Request;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.Tap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A mapping that somebody has changed by hand, and what the coordinator does about it. */
class MappingProblemsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Pipeline pipeline = new Pipeline(1);
  private final List<List<Kind>> told = new ArrayList<>();

  private static MappingDescription mapping(List<String> filters) {
    return new MappingDescription(
        "m-1",
        Optional.of("OK"),
        Optional.empty(),
        filters,
        1,
        -1,
        -1,
        Duration.ZERO,
        false,
        true,
        Optional.of(new StartingPosition("TRIM_HORIZON", Optional.empty())),
        List.of());
  }

  private Coordinator listening() {
    return new Coordinator(
        pipeline
            .ports(Tap.NONE)
            .announcingFirst(
                announcement -> {
                  if (announcement
                      instanceof Announcement.MappingChecked(List<MappingProblem> problems)) {
                    told.add(problems.stream().map(MappingProblem::kind).toList());
                  }
                }),
        Pipeline.PROMPT);
  }

  /** A replay would apply what the mapping has left out: the same records would count twice. */
  @Test
  void aRestoreIsRefusedWhileAFilterLeavesRecordsOut() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.checkpoint(pipeline.container());
    pipeline.set(mapping(List.of("{\"data\":[{\"anything-but\":\"debug\"}]}")));
    List<StreamRecord> delivered =
        pipeline.put(0, "b", "debug", "c").stream()
            .filter(record -> !new String(record.data(), StandardCharsets.UTF_8).equals("debug"))
            .toList();
    run(pipeline.container(), 0, delivered);

    pipeline.serve("restore 1");

    assertThat(pipeline.head(0).counts().applied()).isEqualTo(3);
    assertThat(pipeline.job().epoch().value()).isEqualTo(1);
    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .startsWith("mapping m-1 has FilterCriteria {\"data\":[{\"anything-but\":\"debug\"}]}: ");

    // Without it, a restore makes the state what the whole stream says.
    pipeline.set(mapping(List.of()));
    pipeline.serve("restore 1");
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(4);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aRestoreByTheItemAloneAndADryRunAreRefusedLikewise() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.checkpoint(pipeline.container());
    pipeline.set(mapping(List.of("{}")));

    pipeline.checkpoints().request(JOB, Request.restore("1"));
    pipeline.goOn();
    assertThat(pipeline.job().refusal().orElseThrow().reason()).contains("FilterCriteria");

    assertThat(
            new DryRun(pipeline.ports(Tap.NONE), Pipeline.PROMPT)
                .restore(
                    pipeline.job(),
                    new Command.Restore(
                        new Command.Target.Id(new CheckpointId(1)), Command.Options.NONE)))
        .isInstanceOfSatisfying(
            DryRun.Result.Refused.class,
            refused -> assertThat(refused.reason()).contains("FilterCriteria"));
  }

  /** A fork has a mapping of its own, which may be as it should be. */
  @Test
  void aForkIsNotRefused() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.checkpoint(pipeline.container());
    pipeline.set(mapping(List.of("{}")));

    pipeline.serve("fork 1 words-trial");

    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.checkpoints().job(new JobId("words-trial"))).isPresent();
  }

  @Test
  void whatIsWrongIsToldEachMinuteAndOnceWhenItIsOver() {
    Coordinator coordinator = listening();
    tick(coordinator);
    pipeline.set(mapping(List.of("{}")));
    tick(coordinator);
    assertThat(told).as("looked at once a minute").containsExactly(List.of());
    for (int i = 0; i < 2; i++) {
      pipeline.pass(MINUTE);
      tick(coordinator);
    }
    pipeline.set(mapping(List.of()));
    for (int i = 0; i < 2; i++) {
      pipeline.pass(MINUTE);
      tick(coordinator);
    }

    assertThat(told)
        .containsExactly(List.of(), List.of(Kind.FILTERED), List.of(Kind.FILTERED), List.of());
  }

  @Test
  void aMappingThatSomebodySwitchedOffIsSwitchedOnAndTold() {
    Coordinator coordinator = listening();
    tick(coordinator);
    pipeline.switchOff();
    pipeline.pass(MINUTE);
    tick(coordinator);
    pipeline.pass(MINUTE);
    tick(coordinator);

    assertThat(pipeline.isFed()).isTrue();
    assertThat(told).containsExactly(List.of(), List.of(Kind.DISABLED), List.of());
  }

  /** The coordinator's own switching is nobody's mistake. */
  @Test
  void aJobThatHaltsAndGoesOnHasNothingWrong() {
    Coordinator coordinator = listening();
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    tick(coordinator);
    for (String command : List.of("cancel", "resume")) {
      pipeline.checkpoints().request(JOB, Request.command(command));
      for (int i = 0; i < 4; i++) {
        pipeline.pass(MINUTE);
        tick(coordinator);
        pipeline.deliverWakes(pipeline.container());
      }
    }

    assertThat(pipeline.job().status().isRunning()).isTrue();
    assertThat(told).allMatch(List::isEmpty).isNotEmpty();
  }

  @Test
  void aMappingThatCannotBeLookedAtTwiceIsToldAndKeepsNothingElseFromBeingDone() {
    SourceMapping refusing =
        new SourceMapping() {
          @Override
          public void enable() {
            throw new IllegalStateException("not authorized to perform lambda:Get…");
          }

          @Override
          public void disable() {}
        };
    List<MappingProblem> problems = new ArrayList<>();
    MappingSwitch mapping =
        new MappingSwitch(
            refusing,
            announcement -> {
              if (announcement instanceof Announcement.MappingChecked(List<MappingProblem> all)) {
                problems.addAll(all);
              }
            });
    assertThat(fails(() -> mapping.keep(true, java.util.Set.of(), pipeline.now()))).isTrue();
    assertThat(fails(() -> mapping.keep(true, java.util.Set.of(), pipeline.now()))).isFalse();

    assertThat(problems)
        .containsExactly(
            new MappingProblem(
                Kind.UNREADABLE,
                "the mapping cannot be read or changed on, so it is unknown whether records"
                    + " are delivered: not authorized to perform lambda:Get…"));
  }

  private static boolean fails(Runnable step) {
    try {
      step.run();
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
