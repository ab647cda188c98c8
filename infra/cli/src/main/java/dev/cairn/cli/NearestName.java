package dev.cairn.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that was probably meant. */
final class NearestName {
  private NearestName() {}

  /** Returns the known name with the fewest typing errors; empty if none is similar. */
  static Optional<String> to(String typed, Collection<String> known) {
    return known.stream()
        .filter(name -> slips(typed, name) <= allowed(typed, name))
        .min(Comparator.comparingInt(name -> slips(typed, name)));
  }

  /** Allows one error in a short name, two in one of six letters, three in one of nine. */
  private static int allowed(String typed, String name) {
    return Math.max(1, Math.min(typed.length(), name.length()) / 3);
  }

  /** Returns the number of letters to add, remove, change or swap. */
  private static int slips(String from, String to) {
    int[][] slips = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          slips[i][j] = i + j;
          continue;
        }
        boolean isSame = from.charAt(i - 1) == to.charAt(j - 1);
        slips[i][j] =
            Math.min(
                slips[i - 1][j - 1] + (isSame ? 0 : 1),
                Math.min(slips[i - 1][j], slips[i][j - 1]) + 1);
        boolean isSwapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        if (isSwapped) {
          slips[i][j] = Math.min(slips[i][j], slips[i - 2][j - 2] + 1);
        }
      }
    }
    return slips[from.length()][to.length()];
  }
}
