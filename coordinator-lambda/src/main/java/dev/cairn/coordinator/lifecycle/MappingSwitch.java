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
 * Keeps the mapping switched as the job stands, whoever switched it last, and looks for what is
 * wrong with it; once a minute.
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
   * Switches the mapping, and announces its problems: each time while there are any, and once when
   * there are none.
   *
   * @param starts where the job's subtasks began; empty if none is known
   */
  public void keep(boolean on, Set<StartPosition> starts, Instant now) {
    if (on == wasOn && now.minus(OFTEN_ENOUGH).isBefore(checked)) {
      return;
    }
    List<MappingProblem> problems = new ArrayList<>();
    try {
      // The coordinator saw to it a minute ago; switched off since, it was somebody else.
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
                "the mapping was switched off while the job runs, and is switched on again now: to"
                    + " halt the job use cairn stop or cairn cancel"));
      }
      problems.addAll(mapping.problems(starts));
      failedBefore = false;
    } catch (RuntimeException e) {
      // Lambda refuses while an earlier switch is under way; a minute later that is over.
      if (!failedBefore) {
        failedBefore = true;
        throw e;
      }
      problems.add(
          new MappingProblem(
              Kind.UNREADABLE,
              "the mapping cannot be looked at or switched "
                  + (on ? "on" : "off")
                  + ", so nobody knows whether records are delivered: "
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
