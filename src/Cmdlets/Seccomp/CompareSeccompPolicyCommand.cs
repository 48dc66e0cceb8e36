using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Lists the calls that two policies, or a policy and a program, decide differently.</summary>
[Cmdlet(VerbsData.Compare, "SeccompPolicy", DefaultParameterSetName = "Policy")]
[OutputType(typeof(SeccompPolicyDifference))]
public sealed class CompareSeccompPolicyCommand : SandboxCmdlet
{
    /// <summary>The policy that the other is compared with.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [PolicyTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy? ReferencePolicy { get; set; }

    /// <summary>The policy that is compared.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ParameterSetName = "Policy")]
    [PolicyTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy? DifferencePolicy { get; set; }

    /// <summary>The program that is compared.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Program")]
    [ProgramTransformation]
    public SeccompProgram? DifferenceProgram { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            var differences = DifferenceProgram is null ? SeccompComparison.Compare(ReferencePolicy!, DifferencePolicy!) : SeccompComparison.Compare(ReferencePolicy!, DifferenceProgram);
            WriteObject(differences, enumerateCollection: true);
        }
        catch (SandboxException e)
        {
            WriteSandboxError(e, ReferencePolicy);
        }
    }
}
