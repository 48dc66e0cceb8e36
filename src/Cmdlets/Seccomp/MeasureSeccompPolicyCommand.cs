using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Tells what a policy costs and what is questionable about it.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "SeccompPolicy")]
[OutputType(typeof(SeccompMeasurement))]
public sealed class MeasureSeccompPolicyCommand : SandboxCmdlet
{
    /// <summary>The policy.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [PolicyTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy? Policy { get; set; }

    /// <summary>A program that was compiled elsewhere for the policy; the one that the policy compiles to if not given.</summary>
    [Parameter]
    [ProgramTransformation]
    [ValidateNotNull]
    public SeccompProgram? Program { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            WriteObject(Program is null ? SeccompMeasurement.Of(Policy!) : SeccompMeasurement.Of(Policy!, Program));
        }
        catch (SandboxException e)
        {
            WriteSandboxError(e, Policy);
        }
    }
}
