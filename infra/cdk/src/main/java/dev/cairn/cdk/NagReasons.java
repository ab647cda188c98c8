package dev.cairn.cdk;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnResource;
import software.constructs.IConstruct;

/**
 * The reasons why resources deviate from cdk-nag's AwsSolutions rules, in the form that cdk-nag
 * reads. A stack with this construct therefore passes the rules.
 */
final class NagReasons {
  private NagReasons() {}

  /** A rule, and the reason for the deviation. */
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
