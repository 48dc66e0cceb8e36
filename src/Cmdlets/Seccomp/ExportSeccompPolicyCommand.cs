using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Writes a policy to a file.</summary>
[Cmdlet(VerbsData.Export, "SeccompPolicy", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSeccompPolicyCommand : SandboxCmdlet
{
    /// <summary>The policy.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [PolicyTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy? Policy { get; set; }

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath")]
    public string Path { get; set; } = "";

    /// <summary>The format; by the file's ending if not given.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompFormat? Format { get; set; }

    /// <summary>Write even what the format can't hold whole; each loss is a warning.</summary>
    [Parameter]
    public SwitchParameter AllowLossy { get; set; }

    /// <summary>Replace a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the file's object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            string path = ResolvePath(Path, nameof(Path));
            var format = Format ?? SeccompFormats.OfPath(path);
            if (!ShouldProcess(path, $"Write policy {Policy!.Name} as {format}")) return;
            SeccompFile.Write(Policy, path, format, AllowLossy, Force);
            if (AllowLossy) foreach (string loss in SeccompFormats.Losses(Policy, format)) WriteWarning($"Lost: {loss}.");
            if (PassThru) WriteFile(path);
        }
        catch (SandboxException e)
        {
            WriteSandboxError(e, Policy);
        }
    }
}
