package dev.cairn.cdk;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnResource;
import software.constructs.IConstruct;

/**
 * Why a resource is as it is where cdk-nag's AwsSolutions rules would have it otherwise; in the
 * form that cdk-nag reads, so that a stack with this construct passes them.
 */
final class NagReasons {
  private NagReasons() {}

  /** Why a rule does not hold. */
  record Reason(String rule, String text) {}

  static void explain(IConstruct construct, Reason... reasons) {
    CfnResource resource = (CfnResource) construct.getNode().getDefaultChild();
    resource.addMetadata(
        "cdk_nag",
        Map.of(
            "rules_to_suppress",
            List.of(reasons).stream()
                .map(reason -> Map.of("id", reason.rule(), "reason", reason.text()))
                .toList()));
  }
}
