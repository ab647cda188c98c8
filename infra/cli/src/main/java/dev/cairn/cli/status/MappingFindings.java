package dev.cairn.cli.status;

import dev.cairn.job.MappingProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong with a pipeline's mapping, as the coordinator last found it. */
public final class MappingFindings {
  private static final String REMEDY =
      "see docs/operations.md, \"What a mapping must not have\"; the coordinator checks again"
          + " within a minute";

  private MappingFindings() {}

  /** These findings, and one for each problem, in the order in which they are shown. */
  public static List<Finding> with(List<Finding> findings, List<MappingProblem> problems) {
    List<Finding> all = new ArrayList<>(findings);
    problems.forEach(
        problem -> all.add(new Finding(Finding.Kind.MAPPING, problem.message(), REMEDY)));
    all.sort(Comparator.comparing(Finding::kind));
    return List.copyOf(all);
  }
}
