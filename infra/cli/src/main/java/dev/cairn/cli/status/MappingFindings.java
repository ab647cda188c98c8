package dev.cairn.cli.status;

import dev.cairn.job.MappingProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Findings about a pipeline's mapping, from the problems that the coordinator last stored. */
public final class MappingFindings {
  private static final String REMEDY =
      "see docs/operations.md, \"What a mapping must not have\"; the coordinator checks again"
          + " within a minute";

  private MappingFindings() {}

  /** Returns the findings with one more for each problem, in the order in which they are shown. */
  public static List<Finding> with(List<Finding> findings, List<MappingProblem> problems) {
    List<Finding> all = new ArrayList<>(findings);
    problems.forEach(
        problem -> all.add(new Finding(Finding.Kind.MAPPING, problem.message(), REMEDY)));
    all.sort(Comparator.comparing(Finding::kind));
    return List.copyOf(all);
  }
}
