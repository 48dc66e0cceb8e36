using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using Sandbox.Capture;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets.Base;

/// <summary>The base of every cmdlet: cancellation, error records and paths.</summary>
public abstract class SandboxCmdlet : PSCmdlet, IDisposable
{
    private static readonly ConditionalWeakTable<HardenedProcess, object> Told = new();
    private readonly CancellationTokenSource cancellation = new();
    private bool disposed;

    /// <summary>Cancelled by Ctrl+C, and when the pipeline is torn down by a downstream <c>throw</c> or <c>Select-Object -First</c>.</summary>
    protected CancellationToken CancellationToken => cancellation.Token;

    /// <summary>Writes a non-terminating error.</summary>
    protected void WriteSandboxError(SandboxException exception, object? target = null) => WriteError(ErrorMap.ToRecord(exception, target));

    /// <summary>Ends the cmdlet with a terminating error.</summary>
    [DoesNotReturn]
    protected void ThrowSandboxError(SandboxException exception, object? target = null)
    {
        ThrowTerminatingError(ErrorMap.ToRecord(exception, target));
        throw exception; // not reached: PowerShellStandard's reference assembly doesn't say that the call above never returns
    }

    /// <summary>The file system path of a PowerShell path, such as one on a drive of <c>New-PSDrive</c>. It need not exist.</summary>
    /// <exception cref="SandboxException">The path is not one of the file system.</exception>
    protected string ResolvePath(string path, string parameterName)
    {
        string resolved;
        ProviderInfo provider;
        try
        {
            resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _);
        }
        catch (Exception e) when (e is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or NotSupportedException)
        {
            throw new SandboxException(
                "ResolvePath,DriveNotFound", SandboxErrorKind.ObjectNotFound, $"-{parameterName} '{path}': {e.Message}",
                "Give a path of the file system, or prefix a name that contains a colon with './'.", e);
        }

        if (provider.Name == "FileSystem") return resolved;
        throw new SandboxException(
            "ResolvePath,NotFileSystem", SandboxErrorKind.InvalidArgument,
            $"-{parameterName} '{path}' belongs to the provider {provider.Name}.", "Give a path of the file system.");
    }

    /// <summary>The files that paths with wildcards stand for; a path without any need not exist.</summary>
    /// <exception cref="SandboxException">A path is not one of the file system, or nothing matches.</exception>
    protected string[] ResolvePaths(IEnumerable<string> paths, string parameterName) =>
        [.. paths.SelectMany(path => WildcardPattern.ContainsWildcardCharacters(path) ? ResolveWildcards(path, parameterName) : [ResolvePath(path, parameterName)])];

    private System.Collections.ObjectModel.Collection<string> ResolveWildcards(string path, string parameterName)
    {
        try
        {
            var found = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider);
            if (provider.Name == "FileSystem" && found.Count > 0) return found;
        }
        catch (Exception e) when (e is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            throw NoMatch(path, parameterName, e);
        }

        throw NoMatch(path, parameterName);
    }

    /// <summary>Writes a file as Get-Item does: the provider adds the mode, the owner and the paths that views and pipelines read.</summary>
    protected void WriteFile(string path) => WriteObject(InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true);

    private static SandboxException NoMatch(string path, string parameterName, Exception? inner = null) =>
        new("ResolvePath,NoMatch", SandboxErrorKind.ObjectNotFound, $"-{parameterName} '{path}' matches no file.", "Give a path, or a pattern that matches files.", inner);

    /// <summary>What ended its network, and what kept a trace, a recording or a capture of a process that has ended from being whole.</summary>
    /// <param name="process">The process.</param>
    /// <param name="again">Whether also where it was told before.</param>
    protected void WriteRecordFailures(HardenedProcess process, bool again = true)
    {
        ArgumentNullException.ThrowIfNull(process);
        if (!Told.TryAdd(process, Told) && !again) return;
        if (process.NetworkFailure is { } network) WriteSandboxError(network, process);
        if (process.TraceFailure is { } trace) WriteSandboxError(trace, process);
        if (process.ViolationFailure is { } recording) WriteSandboxError(recording, process);
        if (process.Capture is not { } capture) return;
        if (capture.Failure is { } broken) WriteSandboxError(broken, process);
        WriteLostPackets(capture);
    }

    /// <summary>Warns where a capture has lost packets, or what it tells of them.</summary>
    protected void WriteLostPackets(PacketCapture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        if (capture.Dropped > 0) WriteWarning($"{capture.Dropped} of {capture.Received} packets were lost.");
        if (capture.LostOwnerEvents > 0) WriteWarning($"{capture.LostOwnerEvents} events of sockets were lost: the process of packets around then isn't told.");
    }

    /// <summary>Called by PowerShell on another thread when the user stops the pipeline.</summary>
    protected override void StopProcessing() => cancellation.Cancel();

    /// <summary>Called by PowerShell when the pipeline has ended, in whichever way.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Cancels what still runs. An override calls this first, then releases what it holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposed || !disposing) return;
        disposed = true;
        // Not disposed of: StopProcessing may come at the same moment on another thread, and the source holds nothing unmanaged.
        cancellation.Cancel();
    }
}
