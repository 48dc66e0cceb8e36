using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Tells whether a policy lets a call through, or proves that its program means what it says.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SeccompPolicy", DefaultParameterSetName = "Syscall")]
[OutputType(typeof(bool))]
public sealed class TestSeccompPolicyCommand : SandboxCmdlet
{
    /// <summary>The policy.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Syscall")]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Call")]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Prove")]
    [PolicyTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy? Policy { get; set; }

    /// <summary>The call's name.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Syscall")]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    public string Syscall { get; set; } = "";

    /// <summary>The call's arguments: numbers, or constants by name. Missing ones are 0.</summary>
    [Parameter(Position = 2, ParameterSetName = "Syscall")]
    [ValidateNotNull]
    [SyscallArgumentTransformation]
    [ArgumentCompleter(typeof(ArgumentConstantCompleter))]
    [ValidateCount(0, 6)]
    public ulong[] Argument { get; set; } = [];

    /// <summary>The call's architecture; the policy's first if not given.</summary>
    [Parameter(ParameterSetName = "Syscall")]
    [ValidateNotNull]
    public SeccompArchitecture? Architecture { get; set; }

    /// <summary>A call, such as the witness of a difference or a finding.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Call")]
    [Alias("Witness")]
    [CallTransformation]
    public SeccompCall? Call { get; set; }

    /// <summary>Ask whether the policy takes this action, instead of whether it lets the call through.</summary>
    [Parameter(ParameterSetName = "Syscall")]
    [Parameter(ParameterSetName = "Call")]
    [ValidateNotNull]
    public SeccompAction? Action { get; set; }

    /// <summary>Ask whether this is exactly what the policy decides, errno included: a decision, or its text such as <c>Errno(ENOSYS)</c>.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Syscall")]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Call")]
    [ValidateNotNull]
    [DecisionTransformation]
    [ArgumentCompleter(typeof(DecisionCompleter))]
    public SeccompDecision? Decision { get; set; }

    /// <summary>Prove it for every call, number and argument.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Prove")]
    public SwitchParameter Prove { get; set; }

    /// <summary>The program that is to mean what the policy says; the one that the policy compiles to if not given.</summary>
    [Parameter(ParameterSetName = "Prove")]
    [ValidateNotNull]
    [ProgramTransformation]
    public SeccompProgram? Program { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            if (ParameterSetName == "Prove") WriteProof(SeccompProver.Differences(Policy!, Program ?? SeccompCompiler.Compile(Policy!)));
            else WriteDecision(Call ?? SeccompCall.Of(Architecture ?? Policy!.Architectures[0], Syscall, Argument));
        }
        catch (SandboxException e)
        {
            WriteSandboxError(e, Policy);
        }
    }

    private void WriteDecision(SeccompCall call)
    {
        var decision = Policy!.Decide(call);
        WriteVerbose($"{Policy.Name}: {call} is decided as {decision}.");
        bool asked = Action is not null || Decision is not null;
        WriteObject(asked ? (Action ?? decision.Action) == decision.Action && (Decision ?? decision) == decision : decision.Passes);
    }

    private void WriteProof(IReadOnlyList<SeccompDifference> differences)
    {
        foreach (var difference in differences) WriteWarning($"{Policy!.Name}: {difference.Call}: the policy says {difference.Expected}, the program {difference.Actual}.");
        WriteObject(differences.Count == 0);
    }
}
