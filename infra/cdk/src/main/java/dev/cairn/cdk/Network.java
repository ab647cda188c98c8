package dev.cairn.cdk;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;

/**
 * The VPC in which the functions run. They make outgoing HTTPS calls and accept no connections.
 * Without a given security group, the construct creates one that allows exactly this.
 *
 * @param subnets empty for the VPC's private subnets
 * @param securityGroups empty for a group that the construct makes
 */
public record Network(
    IVpc vpc, Optional<SubnetSelection> subnets, List<ISecurityGroup> securityGroups) {

  public Network {
    securityGroups = List.copyOf(securityGroups);
  }

  /** Uses the private subnets of a VPC. */
  public static Network of(IVpc vpc) {
    return new Network(vpc, Optional.empty(), List.of());
  }

  /** Returns a copy of this network with other subnets. */
  public Network in(SubnetSelection chosen) {
    return new Network(vpc, Optional.of(chosen), securityGroups);
  }

  /**
   * Returns a copy of this network with these security groups, which must allow HTTPS to AWS's
   * endpoints.
   */
  public Network with(ISecurityGroup... groups) {
    return new Network(vpc, subnets, List.of(groups));
  }
}
