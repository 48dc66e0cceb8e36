using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Writes a policy as text.</summary>
[Cmdlet(VerbsData.ConvertFrom, "SeccompPolicy")]
[OutputType(typeof(string))]
public sealed class ConvertFromSeccompPolicyCommand : SandboxCmdlet
{
    /// <summary>The policy; a program can be given for its disassembly.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Policy")]
    [PolicyTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy? Policy { get; set; }

    /// <summary>A program, which becomes its disassembly.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Program")]
    [ProgramTransformation]
    public SeccompProgram? Program { get; set; }

    /// <summary>The format.</summary>
    [Parameter(ParameterSetName = "Policy")]
    public SeccompFormat As { get; set; } = SeccompFormat.Oci;

    /// <summary>Write even what the format can't hold whole; each loss is a warning.</summary>
    [Parameter(ParameterSetName = "Policy")]
    public SwitchParameter AllowLossy { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            if (Program is not null)
            {
                WriteObject(BpfDisassembler.Disassemble(Program));
                return;
            }

            WriteObject(SeccompFormats.Write(Policy!, As, AllowLossy));
            if (AllowLossy) foreach (string loss in SeccompFormats.Losses(Policy!, As)) WriteWarning($"Lost: {loss}.");
        }
        catch (SandboxException e)
        {
            WriteSandboxError(e, Policy);
        }
    }
}
