using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets;

/// <summary>Writes flows to a file, as a JSON object a line.</summary>
[Cmdlet(VerbsData.Export, "PacketFlow", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportPacketFlowCommand : SandboxCmdlet
{
    private readonly List<PacketFlow> _flows = [];

    /// <summary>The flows.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    [PacketFlowTransformation]
    public PacketFlow[] InputObject { get; set; } = [];

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath")]
    public string Path { get; set; } = "";

    /// <summary>Replace a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the file's object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _flows.AddRange(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var path = ResolvePath(Path, nameof(Path));
            if (!ShouldProcess(path, $"Write {_flows.Count} flows")) return;
            PacketFlowFile.Write(_flows, path, Force);
            if (PassThru) WriteFile(path);
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, Path);
        }
    }
}
