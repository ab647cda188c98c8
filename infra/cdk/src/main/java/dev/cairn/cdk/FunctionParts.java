package dev.cairn.cdk;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.constructs.Construct;

/** The common parts of the job's functions: Java runtime, processor, network, tracing and logs. */
final class FunctionParts {
  private final Construct scope;
  private final ConstructSettings settings;
  private final Optional<Network> network;

  FunctionParts(Construct scope, ConstructSettings settings) {
    this.scope = scope;
    this.settings = settings;
    this.network = settings.network().map(this::secured);
  }

  private Network secured(Network chosen) {
    if (!chosen.securityGroups().isEmpty()) {
      return chosen;
    }
    SecurityGroup group =
        SecurityGroup.Builder.create(scope, "SecurityGroup")
            .vpc(chosen.vpc())
            .description("Functions of Cairn job " + settings.job() + ": HTTPS to AWS")
            .allowAllOutbound(false)
            .build();
    group.addEgressRule(Peer.anyIpv4(), Port.HTTPS, "Endpoints of AWS's services");
    return chosen.with(new ISecurityGroup[] {group});
  }

  /** Begins a function with the common parts; the caller adds its own. */
  Function.Builder begin(String id) {
    Function.Builder function =
        Function.Builder.create(scope, id)
            .runtime(settings.lambda().runtime())
            .architecture(settings.lambda().architecture());
    if (settings.lambda().jsonLogs()) {
      function.loggingFormat(LoggingFormat.JSON);
    }
    network.ifPresent(
        there -> {
          function.vpc(there.vpc()).securityGroups(there.securityGroups());
          there.subnets().ifPresent(function::vpcSubnets);
        });
    return function;
  }

  /** Makes the function. */
  Function end(Function.Builder builder) {
    Function function = builder.build();
    if (settings.lambda().traced()
        && function.getNode().getDefaultChild() instanceof CfnFunction resource) {
      // The CDK's own option would add a policy to the role; ours has the statement already.
      resource.setTracingConfig(CfnFunction.TracingConfigProperty.builder().mode("Active").build());
    }
    return function;
  }

  /** The security groups of the functions; empty outside of a VPC. */
  List<ISecurityGroup> securityGroups() {
    return network.map(Network::securityGroups).orElse(List.of());
  }
}
