package dev.cairn.local.demo;

import dev.cairn.cli.output.Sizes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a demo must have shown, beside equal state, to have shown anything. An input of few records
 * has no room for all of it.
 *
 * @param checkpoints how many completed ones, at the least
 * @param rewound how many records the restore must take back, at the least
 */
record Expectations(int checkpoints, long rewound, Set<Mishap> mishaps) {
  private static final int SMALL = 1_000;
  private static final long REWOUND = 50_000;

  static Expectations of(int records) {
    return records < SMALL
        ? new Expectations(1, 0, EnumSet.noneOf(Mishap.class))
        : new Expectations(
            DemoSettings.CHECKPOINTS, Math.min(REWOUND, records / 6), EnumSet.allOf(Mishap.class));
  }

  /** What was not kept, in words. */
  List<String> broken(int completed, Set<Mishap> faced, Optional<DemoLog.Rewind> rewind) {
    List<String> broken = new ArrayList<>();
    if (completed < checkpoints) {
      broken.add("only " + completed + " checkpoints were completed, not " + checkpoints);
    }
    for (Mishap mishap : mishaps) {
      if (!faced.contains(mishap)) {
        broken.add("there was not " + mishap.words());
      }
    }
    long taken = rewind.map(DemoLog.Rewind::rewound).orElse(0L);
    if (taken < rewound) {
      broken.add(
          "the restore took back "
              + Sizes.count(taken)
              + " records, not at least "
              + Sizes.count(rewound));
    }
    rewind
        .filter(restore -> restore.rewound() != restore.replayed())
        .ifPresent(
            restore ->
                broken.add(
                    "of "
                        + Sizes.count(restore.rewound())
                        + " records that the restore took back, "
                        + Sizes.count(restore.replayed())
                        + " were applied again"));
    return broken;
  }
}
