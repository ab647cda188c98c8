package dev.cairn.coordinator.lifecycle;

import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.MappingProblem.Kind;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Once a minute, enables or disables the mapping as the job's status requires, and checks it for
 * problems.
 */
public final class MappingSwitch {
  private static final Duration OFTEN_ENOUGH = Duration.ofMinutes(1);

  private final SourceMapping mapping;
  private final Announcer announcer;
  private Instant checked = Instant.MIN;
  private boolean wasOn;
  private boolean failedBefore;
  private Optional<List<MappingProblem>> announced = Optional.empty();

  public MappingSwitch(SourceMapping mapping, Announcer announcer) {
    this.mapping = mapping;
    this.announcer = announcer;
  }

  /**
   * Enables or disables the mapping, and announces its problems: each time while there are any, and
   * once when they are gone.
   *
   * @param starts where the job's subtasks began; empty if none is known
   */
  public void keep(boolean on, Set<StartPosition> starts, Instant now) {
    if (on == wasOn && now.minus(OFTEN_ENOUGH).isBefore(checked)) {
      return;
    }
    List<MappingProblem> problems = new ArrayList<>();
    try {
      // The coordinator set the mapping a minute ago; if it is disabled now, somebody else did it.
      boolean wasSwitchedOff = on && wasOn && !mapping.isOn();
      if (on) {
        mapping.enable();
      } else {
        mapping.disable();
      }
      if (wasSwitchedOff) {
        problems.add(
            new MappingProblem(
                Kind.DISABLED,
                "the mapping was disabled while the job runs, and is enabled again now: to"
                    + " halt the job use cairn stop or cairn cancel"));
      }
      problems.addAll(mapping.problems(starts));
      failedBefore = false;
    } catch (RuntimeException e) {
      // Lambda refuses a change while an earlier one is in progress; a minute later it has ended.
      if (!failedBefore) {
        failedBefore = true;
        throw e;
      }
      problems.add(
          new MappingProblem(
              Kind.UNREADABLE,
              "the mapping cannot be read or changed "
                  + (on ? "on" : "off")
                  + ", so it is unknown whether records are delivered: "
                  + e.getMessage()));
    }
    announce(List.copyOf(problems));
    checked = now;
    wasOn = on;
  }

  private void announce(List<MappingProblem> problems) {
    if (!problems.isEmpty() || !announced.equals(Optional.of(problems))) {
      announcer.announce(new Announcement.MappingChecked(problems));
    }
    announced = Optional.of(problems);
  }
}
