using System.Buffers.Binary;
using System.Diagnostics;
using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>libseccomp on one policy, in a C process that measures its own compilations.</summary>
internal sealed class Libseccomp : IDisposable
{
    private readonly Process _helper;
    private readonly string _file;

    /// <param name="program">Programs/libseccomp.c, compiled.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="optimize">SCMP_FLTATR_CTL_OPTIMIZE: 1 for a list, 2 for a binary tree.</param>
    /// <param name="file">A name for its files.</param>
    public Libseccomp(string program, SeccompPolicy policy, int optimize, string file)
    {
        File.WriteAllText(file + ".rules", RuleList.Of(policy));
        _file = file + ".bpf";
        _helper = Process.Start(new ProcessStartInfo(program, [file + ".rules", optimize.ToString(System.Globalization.CultureInfo.InvariantCulture), _file]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Compile(); // which answers after it has written the program
    }

    public SeccompProgram Program => SeccompProgram.FromBytes(File.ReadAllBytes(_file));

    /// <summary>The milliseconds of one compilation.</summary>
    public double Compile()
    {
        _helper.StandardInput.BaseStream.WriteByte((byte)'c');
        _helper.StandardInput.BaseStream.Flush();
        var answer = new byte[8];
        _helper.StandardOutput.BaseStream.ReadExactly(answer);
        return BinaryPrimitives.ReadInt64LittleEndian(answer) / 1e6;
    }

    public void Dispose()
    {
        _helper.StandardInput.Close();
        _helper.WaitForExit();
        _helper.Dispose();
    }
}
