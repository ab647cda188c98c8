package dev.cairn.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cairn.coordinator.CoordinatorGuards;
import dev.cairn.coordinator.journals.JournalGuards;
import org.junit.jupiter.api.Test;

class GuardsTest {
  private static final JournalGuards.OfEpoch ALWAYS = (epoch, tail) -> true;

  @Test
  void onlyTheNamedGuardIsReplaced() {
    CoordinatorGuards replaced =
        Guards.all().with(JournalGuards.OfEpoch.class, ALWAYS).coordinator();

    JournalGuards all = JournalGuards.ALL;
    assertThat(replaced)
        .isEqualTo(
            new CoordinatorGuards(
                new JournalGuards(
                    ALWAYS, all.hasEntered(), all.isReplayed(), all.isSilent(), all.frontier()),
                CoordinatorGuards.ALL.checkpoints(),
                CoordinatorGuards.ALL.collection(),
                CoordinatorGuards.ALL.restores()));
  }

  @Test
  void aTypeThatIsNoGuardIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Guards.all().with(Runnable.class, () -> {}))
        .withMessage("CoordinatorGuards has no component of type java.lang.Runnable");
  }
}
