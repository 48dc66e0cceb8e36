using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Seccomp;
using Sandbox.Tracing;

namespace Sandbox.Cmdlets;

/// <summary>Drops from a policy what a workload doesn't need.</summary>
[Cmdlet(VerbsCommon.Optimize, "SeccompPolicy", SupportsShouldProcess = true)]
[OutputType(typeof(SeccompPolicy))]
public sealed class OptimizeSeccompPolicyCommand : LaunchCmdlet
{
    /// <summary>How many runs to learn from.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Runs { get; set; } = 1;

    /// <summary>Hold arguments that select what a call does to the values that were seen.</summary>
    [Parameter]
    public SwitchParameter WithArguments { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var request = Request();
            if (!ShouldProcess($"{FilePath} {string.Join(' ', ArgumentList)}".TrimEnd(), $"Run {Runs} times under the policy and again under the smaller one")) return;
            var result = PolicyOptimizer.Optimize(request, Runs, WithArguments, CancellationToken);
            WriteVerbose($"{result}. Dropped: {string.Join(' ', result.Dropped)}");
            WriteObject(result.Policy);
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, FilePath);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: the run was ended.
        }
    }
}
