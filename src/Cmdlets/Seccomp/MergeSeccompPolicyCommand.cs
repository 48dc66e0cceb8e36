using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Makes one policy out of several.</summary>
[Cmdlet(VerbsData.Merge, "SeccompPolicy")]
[OutputType(typeof(SeccompPolicy))]
public sealed class MergeSeccompPolicyCommand : SandboxCmdlet
{
    private readonly List<SeccompPolicy> policies = [];

    /// <summary>The policies.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [PolicyListTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy[] Policy { get; set; } = [];

    /// <summary>Whether a call takes the mildest of the decisions or the harshest.</summary>
    [Parameter]
    public SeccompMergeMode Mode { get; set; } = SeccompMergeMode.Union;

    /// <summary>The new policy's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => policies.AddRange(Policy);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            WriteObject(SeccompMerge.Merge(policies, Mode, Name));
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, policies);
        }
    }
}
