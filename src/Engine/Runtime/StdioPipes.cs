using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Runtime;

/// <summary>The pipes between us and a target.</summary>
internal sealed class StdioPipes : IDisposable
{
    private readonly FileDescriptor _inputRead, _outputWrite, _errorWrite;

    public StdioPipes(bool withInput)
    {
        (OutputRead, _outputWrite) = FileDescriptor.Pipe();
        (ErrorRead, _errorWrite) = FileDescriptor.Pipe();
        if (withInput) (_inputRead, InputWrite) = FileDescriptor.Pipe();
        else _inputRead = FileDescriptor.Open("/dev/null", LibC.O_RDONLY);
    }

    public FileDescriptor OutputRead { get; }

    public FileDescriptor ErrorRead { get; }

    public FileDescriptor? InputWrite { get; }

    public LaunchStdio Theirs => new(_inputRead, _outputWrite, _errorWrite);

    /// <summary>Closes the target's ends; it has copies.</summary>
    public void CloseTheirs()
    {
        _inputRead.Dispose();
        _outputWrite.Dispose();
        _errorWrite.Dispose();
    }

    public void Dispose()
    {
        CloseTheirs();
        OutputRead.Dispose();
        ErrorRead.Dispose();
        InputWrite?.Dispose();
    }
}
