using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Reads policies from text.</summary>
[Cmdlet(VerbsData.ConvertTo, "SeccompPolicy")]
[OutputType(typeof(SeccompPolicy), typeof(SeccompProgram))]
public sealed class ConvertToSeccompPolicyCommand : SeccompImportCmdlet
{
    private readonly List<string> lines = [];

    /// <summary>The text: one string, or its lines one after the other.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string[] InputObject { get; set; } = [];

    /// <summary>The format.</summary>
    [Parameter]
    public SeccompFormat From { get; set; } = SeccompFormat.Oci;

    /// <summary>The architecture for which a profile is resolved; this machine's if not given.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompArchitecture? Architecture { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => lines.AddRange(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            WriteObject(SeccompFormats.Read(string.Join('\n', lines), From, "text", Context(Architecture)), enumerateCollection: true);
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e);
        }
    }
}
